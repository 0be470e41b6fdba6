#pragma once

#include <optional>

// Hexadecimal digits (RFC 4648 section 8), one at a time. Pure.
namespace signet {

/// The value of a digit as hex() writes it, "0" to "9" and "a" to "f"; nothing for any other character.
constexpr std::optional<unsigned> lower_hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
  return std::nullopt;
}

/// The same in either case.
constexpr std::optional<unsigned> hex_digit(char c) {
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
  return lower_hex_digit(c);
}

}  // namespace signet
