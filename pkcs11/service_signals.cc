#include "pkcs11/service_signals.h"

#include <cerrno>
#include <csignal>
#include <sys/signalfd.h>
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
