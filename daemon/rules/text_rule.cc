#include "daemon/rules/text_rule.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "proto/utf8.h"

namespace signet::rules {
namespace {

bool printable(std::string_view text) { return is_utf8(text) && std::ranges::none_of(text, is_control); }

bool fits_alphabet(const TextRule& rule, std::string_view text) {
  if (rule.characters.empty()) return true;
  return std::ranges::all_of(text, [&](char c) {
    const auto octet = static_cast<unsigned char>(c);
    return octet < rule.alphabet.size() && rule.alphabet[octet];
  });
}

bool fits_formats(const TextRule& rule, std::string_view text) {
  return rule.formats.empty() ||
         std::ranges::any_of(rule.formats, [&](TextFormat format) { return has_format(format, text); });
}

bool holds(const TextRule& rule, std::string_view text) {
  if (!printable(text) || text.size() < rule.min_length || text.size() > rule.max_length) return false;
  if (!rule.one_of.empty() && std::ranges::find(rule.one_of, text) == rule.one_of.end()) return false;
  if (!text.starts_with(rule.prefix)) return false;
  text.remove_prefix(rule.prefix.size());
  if (!text.ends_with(rule.suffix)) return false;
  text.remove_suffix(rule.suffix.size());
  return fits_formats(rule, text) && fits_alphabet(rule, text);
}

std::string kind_of(const TextRule& rule) {
  std::vector<std::string_view> formats;
  std::ranges::transform(rule.formats, std::back_inserter(formats), describe_format);
  if (!formats.empty()) return fmt::format("{}", fmt::join(formats, " or "));
  const std::string length = rule.min_length == rule.max_length
                                 ? fmt::format("{}", rule.min_length)
                                 : fmt::format("{} to {}", rule.min_length, rule.max_length);
  if (rule.characters.empty()) return fmt::format("{} octets of printable text", length);
  return fmt::format("{} characters of {}", length, rule.characters);
}

std::string expectation(const TextRule& rule) {
  if (!rule.one_of.empty()) return fmt::format("must be one of: {}", fmt::join(rule.one_of, ", "));
  std::string frame;
  if (!rule.prefix.empty()) frame = fmt::format("begin with {} and ", rule.prefix);
  if (!rule.suffix.empty()) frame += fmt::format("end with {} and ", rule.suffix);
  return fmt::format("must {}be {}", frame, kind_of(rule));
}

}  // namespace

Result<std::bitset<128>> parse_character_class(std::string_view text) {
  std::bitset<128> alphabet;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool range = i + 2 < text.size() && text[i + 1] == '-';
    const auto first = static_cast<unsigned char>(text[i]);
    const auto last = static_cast<unsigned char>(range ? text[i + 2] : text[i]);
    if (first < 0x20 || last >= 0x7f || first > last)
      return Unexpected(Error{ErrorCode::bad_input, "is no class of ASCII characters; write one such as A-Za-z0-9._-"});
    for (auto c = first; c <= last; ++c) alphabet.set(c);
    if (range) i += 2;
  }
  return alphabet;
}

Result<void> check_text(const TextRule& rule, std::string_view text) {
  if (holds(rule, text)) return {};
  return Unexpected(Error{ErrorCode::bad_input, expectation(rule)});
}

}  // namespace signet::rules
