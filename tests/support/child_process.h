#pragma once

#include <functional>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

namespace signet::test {

/// A child made by fork would report its end as the test program's: Catch2's signal handlers go first.
inline void forget_signal_handlers() {
  for (int number = 1; number < NSIG; ++number) ::signal(number, SIG_DFL);
}

/// Runs `body` in a child process and gives its exit code, 128 + signal where one ended it. For what changes the whole
/// process: descriptors 3 and up, limits, signals.
inline int in_child(const std::function<int()>& body) {
  const pid_t child = ::fork();
  if (child == 0) {
    forget_signal_handlers();
    ::_exit(body());
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace signet::test
