#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace signet::bench {

enum class Outcome { good, failed };

using Clock = std::chrono::steady_clock;

/// What came of an operation, and when it was begun.
struct Done {
  Outcome outcome;
  Clock::time_point begun;
};

/// One operation over and over: ends one that is under way. Made by one thread, used by another.
using Operation = std::function<Done()>;
/// An operation that begins when it is called.
Operation timed(std::function<Outcome()> operation);

struct Measurement {
  std::uint64_t good = 0;
  std::uint64_t failed = 0;
  double seconds = 0;
  double cpu_seconds = 0;                     ///< processor time of this process meanwhile
  std::vector<std::uint32_t> latencies_us{};  ///< of the good ones, sorted

  double per_second() const { return seconds > 0 ? static_cast<double>(good) / seconds : 0; }
  double cpu_us() const { return good > 0 ? cpu_seconds * 1e6 / static_cast<double>(good) : 0; }
  /// The latency that this share (0 to 1) of the good operations did not exceed; 0 where there are none.
  std::uint32_t percentile_us(double share) const;
  /// One line of JSON.
  std::string to_json(std::string_view what) const;
};

/// Runs `threads` threads for that long, each with an operation of its own from `make_operation` (called on this
/// thread, with the thread's number). Blocks until all have ended.
Measurement measure(int threads, std::chrono::milliseconds duration,
                    const std::function<Operation(int)>& make_operation);

}  // namespace signet::bench
