#include "proto/config_values.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include <fmt/format.h>

namespace signet {
namespace {

using std::chrono::milliseconds;

constexpr const char* kNotADuration = "is not a duration; write a whole number with ms, s, min, h or d, as in 10s";
constexpr milliseconds kLongestDuration = std::chrono::days(3650);
constexpr std::size_t kLongestSocketPath = 107;  // sun_path of Linux less its NUL, unix(7)
constexpr std::size_t kLongestPath = 4095;       // PATH_MAX of Linux less its NUL
constexpr std::size_t kLongestName = 64;

struct Unit {
  std::string_view name;
  milliseconds length;
};
constexpr std::array kUnits = {
    Unit{"d", std::chrono::days(1)},    Unit{"h", std::chrono::hours(1)}, Unit{"min", std::chrono::minutes(1)},
    Unit{"s", std::chrono::seconds(1)}, Unit{"ms", milliseconds(1)},
};

Unexpected<Error> refuse(std::string message) {
  return Unexpected(Error{.code = ErrorCode::bad_input, .message = std::move(message)});
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Decimal digits, and nothing else, as a number; nothing where they are too many.
std::optional<std::int64_t> digits_to_number(std::string_view digits) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size() || !is_digit(digits.front())) return std::nullopt;
  return number;
}

Result<std::string> checked_path(std::string_view text, std::size_t longest, const char* what) {
  if (!text.starts_with('/')) return refuse("is not an absolute path; begin it with /");
  if (text.find('\0') != std::string_view::npos) return refuse("holds a NUL; a path has none");
  if (text.size() > longest) return refuse(fmt::format("is too long; {} takes at most {} octets", what, longest));
  return std::string(text);
}

bool is_name_character(char c) { return (c >= 'a' && c <= 'z') || is_digit(c) || c == '.' || c == '_' || c == '-'; }

}  // namespace

Result<milliseconds> parse_duration(std::string_view text) {
  const auto unit_at = static_cast<std::size_t>(std::ranges::find_if_not(text, is_digit) - text.begin());
  const auto unit = std::ranges::find(kUnits, text.substr(unit_at), &Unit::name);
  if (unit_at == 0 || unit == kUnits.end()) return refuse(kNotADuration);
  const std::optional<std::int64_t> count = digits_to_number(text.substr(0, unit_at));
  if (!count || *count > kLongestDuration / unit->length) return refuse("is too long; at most 3650d are possible");
  return *count * unit->length;
}

std::string format_duration(milliseconds duration) {
  if (duration == milliseconds::zero()) return "0s";
  const auto unit = std::ranges::find_if(
      kUnits, [&](const Unit& candidate) { return duration % candidate.length == milliseconds::zero(); });
  return fmt::format("{}{}", duration / unit->length, unit->name);
}

Result<bool> parse_yes_no(std::string_view text) {
  if (text == "yes") return true;
  if (text == "no") return false;
  return refuse("is neither yes nor no");
}

Result<std::int64_t> parse_integer(std::string_view text, std::int64_t low, std::int64_t high) {
  const std::string mend = fmt::format("write a whole number from {} to {}", low, high);
  if (text.empty() || !std::ranges::all_of(text, is_digit)) return refuse("is not a number; " + mend);
  const std::optional<std::int64_t> number = digits_to_number(text);
  if (!number || *number < low || *number > high) return refuse("is out of range; " + mend);
  return *number;
}

Result<mode_t> parse_file_mode(std::string_view text) {
  const bool octal = std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '7'; });
  mode_t mode = 0;
  for (const char c : text) mode = mode * 8 + static_cast<mode_t>(c - '0');
  if (!octal || text.size() < 3 || text.size() > 4) return refuse("is not a file mode; write octal digits, as in 0660");
  return mode;
}

Result<std::string> parse_path(std::string_view text) { return checked_path(text, kLongestPath, "a path"); }

Result<std::string> parse_socket_path(std::string_view text) {
  return checked_path(text, kLongestSocketPath, "a Unix socket's path");
}

Result<std::string> parse_name(std::string_view text) {
  const bool characters_fit = std::ranges::all_of(text, is_name_character);
  if (!characters_fit || text.empty() || text.size() > kLongestName || text == "." || text == "..") {
    return refuse("is not a name; use 1 to 64 of a-z 0-9 . _ -");
  }
  return std::string(text);
}

}  // namespace signet
