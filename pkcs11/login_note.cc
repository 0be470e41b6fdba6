#include "pkcs11/login_note.h"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

#include "proto/hex_digit.h"
#include "proto/utf8.h"

namespace signet::pkcs11 {
namespace {

constexpr std::size_t kSaltDigits = 32;
constexpr std::size_t kTagDigits = 2;

Unexpected<Error> not_a_note() {
  return Unexpected(
      Error{.code = ErrorCode::bad_input, .message = "the record of login attempts is not one that we write"});
}

bool must_be_encoded(char c) { return is_control(c) || c == '%'; }

bool is_hex(std::string_view text, std::size_t digits) {
  return text.size() == digits && std::ranges::all_of(text, [](char c) { return lower_hex_digit(c).has_value(); });
}

std::string encode(std::string_view serial) {
  std::string encoded;
  for (const char c : serial) {
    if (must_be_encoded(c))
      encoded += fmt::format("%{:02x}", static_cast<unsigned char>(c));
    else
      encoded += c;
  }
  return encoded;
}

std::optional<std::string> decode(std::string_view line) {
  std::string serial;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] != '%') {
      serial += line[i];
      continue;
    }
    const auto high = i + 2 < line.size() ? lower_hex_digit(line[i + 1]) : std::nullopt;
    const auto low = high ? lower_hex_digit(line[i + 2]) : std::nullopt;
    if (!low) return std::nullopt;
    serial += static_cast<char>(*high * 16 + *low);
    i += 2;
  }
  return serial;
}

/// The next line without its end; nothing where it has none.
std::optional<std::string_view> take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

std::optional<LoginNote::Outcome> outcome_from(std::string_view name) {
  for (const auto outcome : {LoginNote::Outcome::pending, LoginNote::Outcome::unclear}) {
    if (name == outcome_name(outcome)) return outcome;
  }
  return std::nullopt;
}

}  // namespace

std::string_view outcome_name(LoginNote::Outcome outcome) {
  return outcome == LoginNote::Outcome::pending ? "pending" : "unclear";
}

std::string to_text(const LoginNote& note) {
  return fmt::format("{}\n{}\n{}\n{}\n", encode(note.serial), note.salt_hex, note.tag, outcome_name(note.outcome));
}

Result<LoginNote> parse_login_note(std::string_view text) {
  std::array<std::string_view, 4> lines;
  for (auto& line : lines) {
    const auto taken = take_line(text);
    if (!taken) return not_a_note();
    line = *taken;
  }
  auto serial = decode(lines[0]);
  const auto outcome = outcome_from(lines[3]);
  if (!text.empty() || !serial || !is_hex(lines[1], kSaltDigits) || !is_hex(lines[2], kTagDigits) || !outcome)
    return not_a_note();
  return LoginNote{std::move(*serial), std::string(lines[1]), std::string(lines[2]), *outcome};
}

}  // namespace signet::pkcs11
