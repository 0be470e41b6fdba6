#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <sys/types.h>

#include "proto/result.h"

// The value types of configuration files and command lines. All: error bad_input with a message that completes "option:
// …" and names the mend; any thread.
namespace signet {

/// "250ms", "10s", "14min", "1h", "2d": a whole number and a unit, no sign, no fraction, at most 10 years.
Result<std::chrono::milliseconds> parse_duration(std::string_view text);
/// "14min", "250ms": the largest unit that divides it.
std::string format_duration(std::chrono::milliseconds duration);
/// "yes" or "no".
Result<bool> parse_yes_no(std::string_view text);
/// Decimal digits only, within [low, high].
Result<std::int64_t> parse_integer(std::string_view text, std::int64_t low, std::int64_t high);
/// "0660": three or four octal digits.
Result<mode_t> parse_file_mode(std::string_view text);
/// An absolute path without a NUL, under the length a Unix socket's address takes (107 octets) where `for_socket`.
Result<std::string> parse_path(std::string_view text);
Result<std::string> parse_socket_path(std::string_view text);
/// `[a-z0-9._-]{1,64}`, not "." or "..": names of keys and of tokens' files.
Result<std::string> parse_name(std::string_view text);

}  // namespace signet
