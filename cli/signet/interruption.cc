#include "cli/signet/interruption.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>

#include <fmt/format.h>

namespace signet::cli {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kPause{5000};

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

Result<host::FileDescriptor, Failure> open_any(const host::FileDescriptor& signals,
                                               const host::FileDescriptor& process) {
  host::FileDescriptor any(::epoll_create1(EPOLL_CLOEXEC));
  if (!any.valid()) return cannot_watch(errno);
  for (const auto* each : {&signals, &process}) {
    epoll_event event{.events = EPOLLIN, .data = {}};
    if (each->valid() && ::epoll_ctl(any.get(), EPOLL_CTL_ADD, each->get(), &event) != 0) return cannot_watch(errno);
  }
  return any;
}

}  // namespace

Result<Interruption, Failure> Interruption::prepare(std::optional<pid_t> process) {
  SIGNET_TRY_ASSIGN(auto signals, open_signals());
  host::FileDescriptor watched;
  if (process) {
    SIGNET_TRY_ASSIGN(watched, open_process(*process));
  }
  SIGNET_TRY_ASSIGN(auto any, open_any(signals, watched));
  return Interruption(std::move(signals), std::move(watched), std::move(any));
}

Interruption::Wait Interruption::wait_until(WallTime time) const {
  using std::chrono::system_clock;
  const auto left = std::chrono::ceil<milliseconds>(time - system_clock::now());
  if (came_within(std::clamp(left, milliseconds(0), kPause))) return Wait::came;
  return system_clock::now() >= time ? Wait::due : Wait::pause;
}

bool Interruption::came_within(milliseconds time) const {
  pollfd watched{any_.get(), POLLIN, 0};
  return ::poll(&watched, 1, static_cast<int>(time.count())) > 0;
}

}  // namespace signet::cli
