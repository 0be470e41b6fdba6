#pragma once

#include <chrono>
#include <string>

namespace signet {

/// A moment as the system clock tells it, in milliseconds.
using UtcTime = std::chrono::sys_time<std::chrono::milliseconds>;

/// RFC 3339 section 5.6 in UTC, always with milliseconds so that lines sort as texts: "2026-11-25T12:00:00.000Z". Pure.
std::string utc_timestamp(UtcTime time);

}  // namespace signet
