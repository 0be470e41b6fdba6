#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <fmt/format.h>

#include "proto/config_takes.h"
#include "proto/config_values.h"

// Values with limits, and takes of them. Each refers to its target, which outlives the schema.
namespace signet::rules {

inline ConfigSchema::Take take_duration(std::chrono::milliseconds& target, std::chrono::milliseconds low,
                                        std::chrono::milliseconds high) {
  return [&target, low, high](std::string_view value) -> Result<void> {
    SIGNET_TRY_ASSIGN(const auto duration, parse_duration(value));
    if (duration < low || duration > high)
      return Unexpected(Error{ErrorCode::bad_input,
                              fmt::format("must lie between {} and {}", format_duration(low), format_duration(high))});
    target = duration;
    return {};
  };
}

/// "14min": RFC 7519 counts seconds.
inline Result<std::chrono::seconds> parse_whole_seconds(std::string_view text) {
  SIGNET_TRY_ASSIGN(const auto duration, parse_duration(text));
  const auto whole = std::chrono::floor<std::chrono::seconds>(duration);
  if (whole != duration || whole.count() == 0)
    return Unexpected(Error{ErrorCode::bad_input, "must be whole seconds, at least one"});
  return whole;
}

inline ConfigSchema::Take take_count(std::size_t& target, std::int64_t low, std::int64_t high) {
  return take_into(target, [low, high](std::string_view value) -> Result<std::size_t> {
    SIGNET_TRY_ASSIGN(const auto count, parse_integer(value, low, high));
    return static_cast<std::size_t>(count);
  });
}

}  // namespace signet::rules
