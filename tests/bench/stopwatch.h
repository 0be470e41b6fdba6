#pragma once

#include <ctime>
#include <string>
#include <sys/types.h>

namespace signet::bench {

/// How long something took by the wall clock, and how much processor time the process used for it: on a machine that is
/// shared, the second tells more.
struct Elapsed {
  double wall_ms = 0;
  double cpu_ms = 0;
  std::string to_json() const;
};

/// Milliseconds on a clock of clock_gettime(2); 0 where it cannot be read.
double milliseconds_on(clockid_t clock);
/// Of another process, since it began.
double cpu_ms_of(pid_t pid);

/// One thread.
class Stopwatch {
 public:
  /// Since the last lap, or since the beginning.
  Elapsed lap();

 private:
  double wall_ = milliseconds_on(CLOCK_MONOTONIC);
  double cpu_ = milliseconds_on(CLOCK_PROCESS_CPUTIME_ID);
};

/// A line of /proc/PID/status (proc(5)) in KiB, as "VmRSS"; `pid` may be "self". 0 where there is none.
long memory_kib(const std::string& pid, const std::string& line);

}  // namespace signet::bench
