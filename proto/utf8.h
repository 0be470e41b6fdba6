#pragma once

#include <string_view>

namespace signet {

/// Is the text well-formed UTF-8 (RFC 3629: shortest forms, no surrogates, nothing above U+10FFFF)? Any thread.
bool is_utf8(std::string_view text);

/// The longest beginning of a UTF-8 text with at most `max_bytes` octets that cuts no character in two. Any thread.
std::string_view utf8_prefix(std::string_view text, std::size_t max_bytes);

}  // namespace signet
