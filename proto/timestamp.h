#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace signet {

/// A moment as the system clock tells it, in milliseconds.
using UtcTime = std::chrono::sys_time<std::chrono::milliseconds>;

/// RFC 3339 section 5.6 in UTC, always with milliseconds so that lines sort as texts: "2026-11-25T12:00:00.000Z". Pure.
std::string utc_timestamp(UtcTime time);

/// The same read back, in exactly that form; nothing for any other text. Pure.
std::optional<UtcTime> parse_utc_timestamp(std::string_view text);

/// As people write it, without a part of a second: exactly "2026-11-25T12:00:00Z"; nothing for any other text. Pure.
std::optional<std::chrono::sys_seconds> parse_utc_seconds(std::string_view text);

}  // namespace signet
