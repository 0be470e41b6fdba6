#include "cli/signet/interruption.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>

#include <fmt/format.h>

namespace signet::cli {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLookAtClock{5000};

Unexpected<Failure> cannot_watch(int error) {
  return Unexpected(Failure{
      ExitCode::failure,
      fmt::format("The file cannot be kept fresh here ({}); ask for the token with each use.", std::strerror(error))});
}

Result<host::FileDescriptor, Failure> open_signals() {
  sigset_t set;
  ::sigemptyset(&set);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) ::sigaddset(&set, signal);
  ::sigprocmask(SIG_BLOCK, &set, nullptr);
  host::FileDescriptor fd(::signalfd(-1, &set, SFD_CLOEXEC));
  if (!fd.valid()) return cannot_watch(errno);
  return fd;
}

Result<host::FileDescriptor, Failure> open_process(pid_t pid) {
  host::FileDescriptor fd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (fd.valid()) return fd;
  if (errno != ESRCH) return cannot_watch(errno);
  return Unexpected(usage_failure(
      fmt::format("There is no process {}; --while wants the number of one that runs, such as $$.", pid)));
}

}  // namespace

Result<Interruption, Failure> Interruption::prepare(std::optional<pid_t> process) {
  SIGNET_TRY_ASSIGN(auto signals, open_signals());
  host::FileDescriptor watched;
  if (process) {
    SIGNET_TRY_ASSIGN(watched, open_process(*process));
  }
  return Interruption(std::move(signals), std::move(watched));
}

bool Interruption::wait_until(WallTime time) {
  for (;;) {
    const auto left = std::chrono::ceil<milliseconds>(time - std::chrono::system_clock::now());
    if (left.count() <= 0) return true;
    if (came_within(std::min(left, kLookAtClock))) return false;
  }
}

bool Interruption::came_within(milliseconds time) {
  std::array<pollfd, 2> watched{{{signals_.get(), POLLIN, 0}, {process_.get(), POLLIN, 0}}};
  return ::poll(watched.data(), watched.size(), static_cast<int>(time.count())) > 0;
}

}  // namespace signet::cli
