#pragma once

#include <cstddef>
#include <string_view>

namespace signet {

/// Is the text well-formed UTF-8 (RFC 3629: shortest forms, no surrogates, nothing above U+10FFFF)? Any thread.
bool is_utf8(std::string_view text);

/// A control character of ASCII (RFC 20): below the blank, or DEL. Any thread.
constexpr bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

/// The octets that the well-formed character at the beginning takes, 1 to 4; 0 where there is none. Any thread.
std::size_t utf8_character(std::string_view text);

/// The longest beginning of a UTF-8 text with at most `max_bytes` octets that cuts no character in two. Any thread.
std::string_view utf8_prefix(std::string_view text, std::size_t max_bytes);

}  // namespace signet
