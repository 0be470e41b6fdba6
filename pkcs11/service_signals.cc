#include "pkcs11/service_signals.h"

#include <cerrno>
#include <csignal>
#include <sys/signalfd.h>
#include <sys/time.h>
#include <unistd.h>

namespace signet::pkcs11 {
namespace {

sigset_t held_signals() noexcept {
  sigset_t signals;
  ::sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) ::sigaddset(&signals, signal);
  return signals;
}

}  // namespace

void hold_signals() noexcept {
  const sigset_t signals = held_signals();
  ::pthread_sigmask(SIG_SETMASK, &signals, nullptr);
}

void reset_signals() noexcept {
  for (int signal = 1; signal < NSIG; ++signal) (void)::signal(signal, SIG_DFL);
}

void silence_signals() noexcept {
  const itimerval never{};
  for (const auto timer : {ITIMER_REAL, ITIMER_VIRTUAL, ITIMER_PROF}) ::setitimer(timer, &never, nullptr);
  const sigset_t held = held_signals();
  for (int signal = 1; signal < NSIG; ++signal) {
    // One that waits already is dropped with it (signal(7)).
    if (::sigismember(&held, signal) != 1) (void)::signal(signal, SIG_IGN);
  }
  hold_signals();
}

host::FileDescriptor waiting_signals() {
  const sigset_t signals = held_signals();
  return host::FileDescriptor(::signalfd(-1, &signals, SFD_CLOEXEC));
}

int take_signal(int signals) {
  signalfd_siginfo info{};
  for (;;) {
    const ssize_t count = ::read(signals, &info, sizeof info);
    if (count == static_cast<ssize_t>(sizeof info)) return static_cast<int>(info.ssi_signo);
    if (count >= 0 || errno != EINTR) return SIGTERM;
  }
}

}  // namespace signet::pkcs11
