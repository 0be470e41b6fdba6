#pragma once

#include <string>
#include <sys/types.h>
#include <vector>

namespace signet::test {

/// What the kernel tells of a process, to root where the process is not dumpable (proc(5)). Throws where it tells
/// nothing.
class ProcessView {
 public:
  explicit ProcessView(pid_t pid) : pid_(pid) {}

  /// A field of /proc/PID/status: "SigIgn", "Umask".
  std::string status(const std::string& field) const;
  /// SigBlk of every thread.
  std::vector<std::string> blocked_signals() const;
  /// What its descriptors lead to, but for 0, 1 and 2.
  std::vector<std::string> descriptors() const;
  /// "socket:[12345]", what this one leads to.
  std::string descriptor(int number) const;
  std::vector<std::string> arguments() const { return texts("cmdline"); }
  std::vector<std::string> environment() const { return texts("environ"); }
  /// prctl(PR_GET_DUMPABLE), asked in the process by a debugger.
  int dumpable() const;

 private:
  std::vector<std::string> texts(const std::string& file) const;
  std::string directory() const { return "/proc/" + std::to_string(pid_); }

  pid_t pid_;
};

}  // namespace signet::test
