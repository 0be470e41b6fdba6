#pragma once

#include <string>
#include <sys/types.h>
#include <vector>

namespace signet::test {

/// A program that runs beside a test, with the test's environment, in a process group of its own. It ends with the
/// object, and with the thread that started it, however the test ends. One thread.
class ChildProgram {
 public:
  /// Started at once; the program is looked for in PATH and in the directories of system services. What it writes goes
  /// to the end of `log_file`.
  ChildProgram(std::vector<std::string> words, const std::string& log_file);
  ChildProgram(const ChildProgram&) = delete;
  ChildProgram& operator=(const ChildProgram&) = delete;
  ~ChildProgram();

  pid_t pid() const { return pid_; }
  bool runs() const;
  /// SIGKILL for its whole group, and its end.
  void kill();
  /// SIGSTOP and SIGCONT for its whole group.
  void freeze() const;
  void thaw() const;
  /// Processes it has started itself and that have not ended.
  std::vector<pid_t> children() const;

 private:
  pid_t pid_ = -1;
};

}  // namespace signet::test
