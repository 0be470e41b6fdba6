#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "proto/result.h"

// `rate = 10/s, 2000/day`: never more than so many requests in any span of that length, wherever it begins.
namespace signet {

struct RateLimit {
  std::uint32_t count = 0;
  std::chrono::seconds window{};
  bool operator==(const RateLimit&) const = default;
};

/// "10/s, 2000/day"; units s, min, h, day. Error bad_input, message completes "rate: …". Any thread.
Result<std::vector<RateLimit>> parse_rate(std::string_view text);

/// Time of a clock that never steps back (steady_clock), from any origin.
using RateTime = std::chrono::microseconds;

/// What one limit remembers: counts in slots of a sixtieth of the window. A slot that has only partly left the window
/// still counts whole, so the limit is kept exactly, and a request may wait one slot longer than it would have to.
struct RateWindow {
  static constexpr std::size_t kSlots = 61;
  std::array<std::uint32_t, kSlots> counts{};
  std::int64_t newest = 0;        ///< number of the newest slot since the clock's origin
  std::chrono::seconds length{};  ///< of the window that the slots divide
};

/// The state of one key's limits; empty before its first request. A limit whose window a reload changed starts anew.
using RateState = std::vector<RateWindow>;

/// Nothing where the request is within every limit, and it is then counted in each; else how long to wait, rounded up
/// to whole seconds, and nothing is counted. The caller guards `state`.
std::optional<std::chrono::seconds> step_rate(const std::vector<RateLimit>& limits, RateState& state, RateTime now);

}  // namespace signet
