#include "tests/bench/measurement.h"

#include <algorithm>
#include <atomic>
#include <latch>
#include <thread>

#include <fmt/format.h>

#include "tests/bench/stopwatch.h"

namespace signet::bench {
namespace {

struct Share {
  std::uint64_t failed = 0;
  std::vector<std::uint32_t> latencies_us{};
};

void repeat(const Operation& operation, const std::atomic<bool>& stop, Share& share) {
  while (!stop.load(std::memory_order_relaxed)) {
    const Done done = operation();
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - done.begun);
    if (done.outcome == Outcome::good) {
      share.latencies_us.push_back(static_cast<std::uint32_t>(took.count()));
    } else {
      ++share.failed;
    }
  }
}

Measurement sum_up(const std::vector<Share>& shares, Elapsed elapsed) {
  Measurement sum{.seconds = elapsed.wall_ms / 1e3, .cpu_seconds = elapsed.cpu_ms / 1e3};
  for (const Share& share : shares) {
    sum.failed += share.failed;
    sum.latencies_us.insert(sum.latencies_us.end(), share.latencies_us.begin(), share.latencies_us.end());
  }
  sum.good = sum.latencies_us.size();
  std::ranges::sort(sum.latencies_us);
  return sum;
}

}  // namespace

Operation timed(std::function<Outcome()> operation) {
  return [operation = std::move(operation)] {
    const auto begun = Clock::now();
    return Done{operation(), begun};
  };
}

std::uint32_t Measurement::percentile_us(double share) const {
  if (latencies_us.empty()) return 0;
  const auto last = static_cast<double>(latencies_us.size() - 1);
  return latencies_us[static_cast<std::size_t>(share * last)];
}

std::string Measurement::to_json(std::string_view what) const {
  return fmt::format(
      R"({{"what":"{}","per_second":{:.1f},"p50_us":{},"p99_us":{},"cpu_us":{:.1f},"good":{},"errors":{}}})", what,
      per_second(), percentile_us(0.5), percentile_us(0.99), cpu_us(), good, failed);
}

Measurement measure(int threads, std::chrono::milliseconds duration,
                    const std::function<Operation(int)>& make_operation) {
  std::vector<Operation> operations;
  for (int i = 0; i < threads; ++i) operations.push_back(make_operation(i));
  std::vector<Share> shares(operations.size());
  std::atomic<bool> stop{false};
  std::latch all_here(threads + 1);
  Stopwatch stopwatch;
  {
    std::vector<std::jthread> running;
    for (std::size_t i = 0; i < operations.size(); ++i) {
      running.emplace_back([&, i] {
        all_here.arrive_and_wait();
        repeat(operations[i], stop, shares[i]);
      });
    }
    all_here.arrive_and_wait();
    stopwatch.lap();
    std::this_thread::sleep_for(duration);  // this is what is measured, not a wait for something to happen
    stop = true;
  }
  return sum_up(shares, stopwatch.lap());
}

}  // namespace signet::bench
