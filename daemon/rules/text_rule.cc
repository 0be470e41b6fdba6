#include "daemon/rules/text_rule.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "proto/utf8.h"

namespace signet::rules {
namespace {

constexpr bool is_hex_digit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/// RFC 9562 section 4.
bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !is_hex_digit(text[i])) return false;
  }
  return true;
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

bool printable(std::string_view text) { return is_utf8(text) && std::ranges::none_of(text, is_control); }

bool fits_alphabet(const TextRule& rule, std::string_view text) {
  if (rule.characters.empty()) return true;
  return std::ranges::all_of(text, [&](char c) {
    const auto octet = static_cast<unsigned char>(c);
    return octet < rule.alphabet.size() && rule.alphabet[octet];
  });
}

bool holds(const TextRule& rule, std::string_view text) {
  if (!printable(text) || text.size() < rule.min_length || text.size() > rule.max_length) return false;
  if (rule.uuid && !is_uuid(text)) return false;
  if (!rule.one_of.empty() && std::ranges::find(rule.one_of, text) == rule.one_of.end()) return false;
  return fits_alphabet(rule, text);
}

std::string expectation(const TextRule& rule) {
  if (rule.uuid) return "must be a UUID: 8-4-4-4-12 hexadecimal digits";
  if (!rule.one_of.empty()) return fmt::format("must be one of: {}", fmt::join(rule.one_of, ", "));
  const std::string length = rule.min_length == rule.max_length
                                 ? fmt::format("{}", rule.min_length)
                                 : fmt::format("{} to {}", rule.min_length, rule.max_length);
  if (rule.characters.empty()) return fmt::format("must be {} octets of printable text", length);
  return fmt::format("must be {} characters of {}", length, rule.characters);
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
