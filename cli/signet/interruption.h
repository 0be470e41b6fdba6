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

  /// Can be read as soon as something above has come, and from then on.
  int descriptor() const { return any_.get(); }
  bool has_come() const { return came_within(std::chrono::milliseconds(0)); }

  /// What a wait ended with: a `pause` comes every few seconds, because the clock may be set and the machine may sleep.
  enum class Wait { came, due, pause };
  /// Waits for something above, or that time of the wall clock.
  Wait wait_until(WallTime time) const;

 private:
  Interruption(host::FileDescriptor signals, host::FileDescriptor process, host::FileDescriptor any)
      : signals_(std::move(signals)), process_(std::move(process)), any_(std::move(any)) {}
  bool came_within(std::chrono::milliseconds time) const;

  host::FileDescriptor signals_;
  host::FileDescriptor process_;  ///< invalid where no process counts
  host::FileDescriptor any_;      ///< epoll(7) of the two
};

inline WallTime wall_now() { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()); }

}  // namespace signet::cli
