#pragma once

#include <optional>
#include <sys/types.h>

#include "cli/signet/failure.h"
#include "cli/signet/renewal.h"
#include "host/file_descriptor.h"
#include "proto/result.h"

namespace signet::cli {

/// What ends a watch: SIGTERM, SIGINT or SIGHUP, which are blocked from here on and read from a descriptor, or the end
/// of another process (pidfd_open(2)). One thread.
class Interruption {
 public:
  /// `process`: whose end counts; that of a child is noticed as well. Failures: usage (no such process), failure.
  static Result<Interruption, Failure> prepare(std::optional<pid_t> process);

  /// Waits for that time of the wall clock: true when it has come, false when something above came first. The clock is
  /// looked at every few seconds, because it may be set and the machine may sleep.
  bool wait_until(WallTime time);

 private:
  Interruption(host::FileDescriptor signals, host::FileDescriptor process)
      : signals_(std::move(signals)), process_(std::move(process)) {}
  bool came_within(std::chrono::milliseconds time);

  host::FileDescriptor signals_;
  host::FileDescriptor process_;  ///< invalid where no process counts: poll(2) passes over it
};

inline WallTime wall_now() { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()); }

}  // namespace signet::cli
