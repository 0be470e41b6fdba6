#include "daemon/rules/scope.h"

#include <algorithm>

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include "proto/hex_digit.h"

namespace signet::rules {
namespace {

namespace json = boost::json;

constexpr std::string_view kGet = "GET ";

Unexpected<Error> rejected(std::string message) {
  return Unexpected(Error{ErrorCode::claims_rejected, std::move(message)});
}

constexpr bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// pchar of RFC 3986 section 3.3 with "/", and "?" where a query may hold it. Apple's own examples write `[` and `]` in
/// queries (filter[platform]) without percent-encoding, which the RFC would have.
bool is_target_character(char c, bool in_query) {
  static constexpr std::string_view kMarks = "-._~!$&'()*+,;=:@/%";
  return is_alphanumeric(c) || kMarks.find(c) != kMarks.npos || (in_query && (c == '?' || c == '[' || c == ']'));
}

bool is_target_text(std::string_view text, bool in_query) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!is_target_character(text[i], in_query)) return false;
    const bool escaped = i + 2 < text.size() && hex_digit(text[i + 1]) && hex_digit(text[i + 2]);
    if (text[i] == '%' && !escaped) return false;
  }
  return true;
}

std::vector<std::string_view> segments_of(std::string_view path) {
  std::vector<std::string_view> segments;
  for (std::size_t begin = 1; begin <= path.size();) {
    const auto slash = std::min(path.find('/', begin), path.size());
    segments.push_back(path.substr(begin, slash - begin));
    begin = slash + 1;
  }
  return segments;
}

/// `segment` is target text, so that two hex digits follow each "%".
std::string percent_decoded(std::string_view segment) {
  std::string decoded;
  for (std::size_t i = 0; i < segment.size(); ++i) {
    if (segment[i] != '%') {
      decoded += segment[i];
      continue;
    }
    decoded += static_cast<char>(*hex_digit(segment[i + 1]) * 16 + *hex_digit(segment[i + 2]));
    i += 2;
  }
  return decoded;
}

/// Servers differ in when they decode (RFC 3986 section 6.2.2.2) and in what they take for a separator: "%2F..%2F" is
/// one segment for us and could be three for them. "%25" would begin an escape for whoever decodes twice, and some drop
/// what follows ";" before they look for dots.
bool is_plain_segment(std::string_view segment) {
  const std::string decoded = percent_decoded(segment);
  if (decoded.find_first_of("/\\%") != std::string::npos) return false;
  const auto name = std::string_view(decoded).substr(0, decoded.find(';'));
  return !name.empty() && name != "." && name != "..";
}

bool is_plain_path(std::string_view path) {
  return path.starts_with('/') && is_target_text(path, false) &&
         std::ranges::all_of(segments_of(path), is_plain_segment);
}

std::string_view path_of(std::string_view entry) {
  entry.remove_prefix(kGet.size());
  return entry.substr(0, entry.find('?'));
}

bool names_resource(std::string_view path, std::string_view resource) {
  return std::ranges::equal(
      segments_of(path), segments_of(resource),
      [](std::string_view segment, std::string_view pattern) { return pattern == "*" || pattern == segment; });
}

Result<void> check_entry(const ScopeRule& rule, std::string_view entry) {
  if (rule.entry == ScopeEntry::text) return check_text(rule.rule, entry);
  if (entry.size() <= rule.rule.max_length && is_get_resource(entry)) return {};
  return Unexpected(Error{
      ErrorCode::bad_input,
      fmt::format("must be GET, one space and an absolute path (no encoded slash, no dot segment) with at most one "
                  "query, within {} octets",
                  rule.rule.max_length)});
}

Result<json::value> shape_array(const ScopeRule& rule, const json::value& asked) {
  if (!asked.is_array()) return rejected("scope must be an array of texts for this key, even where it holds one.");
  const auto& entries = asked.get_array();
  if (entries.empty()) return rejected("scope must not be empty; leave it out to ask for a token without a scope.");
  if (entries.size() > rule.max_entries)
    return rejected(fmt::format("scope may hold {} entries at most.", rule.max_entries));
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (!entries[i].is_string()) return rejected(fmt::format("scope[{}] must be a text.", i));
    if (const auto checked = check_entry(rule, entries[i].get_string()); !checked)
      return rejected(fmt::format("scope[{}] {}.", i, checked.error().message));
  }
  return asked;
}

/// A client that does not know the profile cannot tell whether one entry wants an array, so one alone may stand in one.
Result<json::value> shape_text(const ScopeRule& rule, const json::value& asked) {
  const bool alone = asked.is_array() && asked.get_array().size() == 1;
  const json::value& entry = alone ? asked.get_array().front() : asked;
  if (!entry.is_string()) return rejected("scope must be one text for this key; give a single entry.");
  if (const auto checked = check_entry(rule, entry.get_string()); !checked)
    return rejected(fmt::format("scope {}.", checked.error().message));
  return entry;
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  for (std::size_t begin = 0; begin <= text.size();) {
    const auto space = std::min(text.find(' ', begin), text.size());
    words.push_back(text.substr(begin, space - begin));
    begin = space + 1;
  }
  return words;
}

/// scope-token of RFC 6749 section 3.3 has no space, so an array of words and a text of words say the same.
Result<json::value> shape_words(const ScopeRule& rule, const json::value& asked) {
  json::array words;
  if (asked.is_string())
    for (const auto word : words_of(asked.get_string())) words.emplace_back(word);
  SIGNET_TRY_ASSIGN(const auto shaped, shape_array(rule, asked.is_string() ? json::value(words) : asked));
  std::string joined;
  for (const auto& word : shaped.get_array()) {
    if (word.get_string().find(' ') != json::string::npos) return rejected("scope must hold one word in each entry.");
    joined += (joined.empty() ? "" : " ") + std::string(word.get_string());
  }
  return json::value(json::string(joined));
}

}  // namespace

bool is_get_resource(std::string_view entry) {
  if (!entry.starts_with(kGet)) return false;
  const auto query = entry.find('?');
  return is_plain_path(path_of(entry)) && (query == entry.npos || is_target_text(entry.substr(query + 1), true));
}

std::vector<std::string_view> scope_entries(const ScopeRule& rule, const json::value& scope) {
  if (rule.shape == ScopeShape::words) return words_of(scope.as_string());
  if (rule.shape == ScopeShape::text) return {scope.as_string()};
  std::vector<std::string_view> entries;
  for (const auto& entry : scope.as_array()) entries.push_back(entry.as_string());
  return entries;
}

bool all_name_resources(const json::value& scope, const std::vector<std::string>& resources) {
  return std::ranges::all_of(scope.as_array(), [&](const json::value& entry) {
    const auto path = path_of(entry.as_string());
    return std::ranges::any_of(resources, [&](const std::string& resource) { return names_resource(path, resource); });
  });
}

Result<json::value> shape_scope(const ScopeRule& rule, const json::value& asked) {
  switch (rule.shape) {
    case ScopeShape::array:
      return shape_array(rule, asked);
    case ScopeShape::words:
      return shape_words(rule, asked);
    case ScopeShape::text:
      return shape_text(rule, asked);
  }
  return rejected("scope has a form this program does not know.");
}

}  // namespace signet::rules
