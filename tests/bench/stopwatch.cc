#include "tests/bench/stopwatch.h"

#include <fstream>
#include <utility>

#include <fmt/format.h>

namespace signet::bench {

double milliseconds_on(clockid_t clock) {
  timespec time{};
  if (::clock_gettime(clock, &time) != 0) return 0;
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

std::string Elapsed::to_json() const { return fmt::format(R"({{"wall_ms":{:.1f},"cpu_ms":{:.1f}}})", wall_ms, cpu_ms); }

double cpu_ms_of(pid_t pid) {
  clockid_t clock{};
  return ::clock_getcpuclockid(pid, &clock) == 0 ? milliseconds_on(clock) : 0;
}

Elapsed Stopwatch::lap() {
  const double wall = milliseconds_on(CLOCK_MONOTONIC);
  const double cpu = milliseconds_on(CLOCK_PROCESS_CPUTIME_ID);
  return {wall - std::exchange(wall_, wall), cpu - std::exchange(cpu_, cpu)};
}

long memory_kib(const std::string& pid, const std::string& line) {
  std::ifstream status("/proc/" + pid + "/status");
  for (std::string word; status >> word;) {
    long value = 0;
    if (word == line + ":" && status >> value) return value;
  }
  return 0;
}

}  // namespace signet::bench
