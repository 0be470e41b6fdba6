#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
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
/// "10/s".
std::string to_string(const RateLimit& limit);

/// Time of a clock that never steps back (steady_clock), from any origin.
using RateTime = std::chrono::microseconds;

/// Requests that one limit counts as made at one time.
struct RateCount {
  RateTime first{};
  RateTime last{};  ///< all of them leave the window when this one does
  std::uint32_t requests = 0;
};

/// What one limit remembers. Up to 60 requests are kept each with its own time; of a higher limit those within a
/// sixtieth of the window count as made at the time of the last of them, so that the memory is bounded. The limit is
/// kept exactly either way; under a high one a request may wait a sixtieth of the window longer than it would have to.
struct RateWindow {
  std::vector<RateCount> counts{};  ///< oldest first
  std::chrono::seconds length{};
};

/// The state of some limits; empty before the first request. It follows the limits by their windows' lengths: where a
/// reload changed a limit's count, or put another beside it, what was counted stays.
using RateState = std::vector<RateWindow>;

/// The limit that has no room, and how long until it has, rounded up to whole seconds. A request after so long passes,
/// where no other one came before it.
struct RateRefusal {
  RateLimit limit;
  std::chrono::seconds wait{};
};

/// The limit with the longest wait; nothing where the request is within every limit. Counts nothing. The caller guards
/// `state`.
std::optional<RateRefusal> find_refusal(const std::vector<RateLimit>& limits, RateState& state, RateTime now);
/// Counts a request that find_refusal has just let pass.
void count_request(const std::vector<RateLimit>& limits, RateState& state, RateTime now);
/// Takes back one request that was counted at that time, by the same clock, in every limit that still remembers it. The
/// caller guards `state`.
void uncount_request(RateState& state, RateTime counted_at);

/// Both: nothing where the request is within every limit, and it is then counted in each; else how long to wait.
std::optional<std::chrono::seconds> step_rate(const std::vector<RateLimit>& limits, RateState& state, RateTime now);

}  // namespace signet
