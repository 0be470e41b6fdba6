#include <array>
#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include "host/file_descriptor.h"
#include "host/os_error.h"
#include "host/secret.h"

namespace signet::host {
namespace {

constexpr const char* kNoTerminal = "there is no terminal to ask on; give the PIN through a descriptor";

/// While it lives, the signals that end or stop a program wait in a descriptor instead: the terminal can be put right
/// before they act.
class HeldSignals {
 public:
  HeldSignals() {
    sigset_t held;
    ::sigemptyset(&held);
    for (const int signal : {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGTTIN, SIGTTOU}) ::sigaddset(&held, signal);
    ::sigprocmask(SIG_BLOCK, &held, &before_);
    fd_.reset(::signalfd(-1, &held, SFD_CLOEXEC | SFD_NONBLOCK));
  }
  HeldSignals(const HeldSignals&) = delete;
  HeldSignals& operator=(const HeldSignals&) = delete;
  ~HeldSignals() { ::sigprocmask(SIG_SETMASK, &before_, nullptr); }

  int fd() const { return fd_.get(); }
  int arrived() const {
    signalfd_siginfo info{};
    return ::read(fd_.get(), &info, sizeof info) == static_cast<ssize_t>(sizeof info) ? static_cast<int>(info.ssi_signo)
                                                                                      : 0;
  }

 private:
  sigset_t before_{};
  FileDescriptor fd_;
};

class EchoOff {
 public:
  explicit EchoOff(int terminal) : terminal_(terminal) {
    if (::tcgetattr(terminal, &before_) != 0) return;
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO | ECHOE | ECHOK | ECHONL);
    silent.c_lflag |= ICANON;
    changed_ = ::tcsetattr(terminal, TCSAFLUSH, &silent) == 0;
  }
  EchoOff(const EchoOff&) = delete;
  EchoOff& operator=(const EchoOff&) = delete;
  ~EchoOff() {
    if (changed_) ::tcsetattr(terminal_, TCSAFLUSH, &before_);
  }
  bool works() const { return changed_; }

 private:
  int terminal_;
  termios before_{};
  bool changed_ = false;
};

void show(int terminal, const std::string& text) { (void)!::write(terminal, text.data(), text.size()); }

/// 0 when the terminal has input, else the signal that came first.
int wait_for_input(int terminal, const HeldSignals& signals) {
  std::array<pollfd, 2> sources{{{terminal, POLLIN, 0}, {signals.fd(), POLLIN, 0}}};
  for (;;) {
    if (::poll(sources.data(), sources.size(), -1) < 0) continue;  // only EINTR is possible here
    if (sources[1].revents != 0)
      if (const int signal = signals.arrived(); signal != 0) return signal;
    if (sources[0].revents != 0) return 0;
  }
}

enum class LineEnd { newline, too_long, closed, signalled };
struct TypedLine {
  LineEnd end;
  int signal = 0;
};

/// Reads up to and without the newline. What does not fit is read away, so that the shell does not get the rest of a
/// PIN.
TypedLine read_line(int terminal, const HeldSignals& signals, Secret& line) {
  bool too_long = false;
  line.wipe();
  for (;;) {
    if (const int signal = wait_for_input(terminal, signals); signal != 0) return {LineEnd::signalled, signal};
    std::byte octet{};
    const ssize_t count = ::read(terminal, &octet, 1);
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (count <= 0) return {line.bytes().empty() ? LineEnd::closed : LineEnd::newline};
    if (octet == std::byte{'\n'}) return {too_long ? LineEnd::too_long : LineEnd::newline};
    too_long = too_long || line.bytes().size() == line.capacity();
    if (too_long) continue;
    line.resize(line.bytes().size() + 1);
    line.bytes().back() = octet;
  }
}

/// One prompt with the echo off; the terminal is as before when it returns.
Result<TypedLine> prompt_once(int terminal, const std::string& prompt, Secret& line) {
  const HeldSignals signals;
  const EchoOff echo(terminal);
  if (signals.fd() < 0 || !echo.works()) return os_error(kNoTerminal, "tcsetattr");
  show(terminal, prompt);
  const TypedLine typed = read_line(terminal, signals, line);
  show(terminal, "\n");
  return typed;
}

}  // namespace

Result<Secret> ask_secret(const std::string& prompt, std::size_t max_bytes) {
  const FileDescriptor terminal(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY));
  if (!terminal.valid()) return os_error(kNoTerminal, "open /dev/tty");
  SIGNET_TRY_ASSIGN(Secret line, Secret::allocate(max_bytes));
  for (;;) {
    SIGNET_TRY_ASSIGN(const TypedLine typed, prompt_once(terminal.get(), prompt, line));
    if (typed.end == LineEnd::signalled) {
      (void)::raise(typed.signal);  // acts now as it would have; where it only stopped us, we are asked to go on
      const bool stopped = typed.signal == SIGTSTP || typed.signal == SIGTTIN || typed.signal == SIGTTOU;
      if (stopped) continue;
      return Unexpected(Error{ErrorCode::bad_input, "interrupted before anything was typed"});
    }
    if (typed.end == LineEnd::too_long)
      return Unexpected(
          Error{ErrorCode::bad_input, "what was typed has more than " + std::to_string(max_bytes) + " octets"});
    if (line.bytes().empty()) return Unexpected(Error{ErrorCode::bad_input, "nothing was typed"});
    return line;
  }
}

}  // namespace signet::host
