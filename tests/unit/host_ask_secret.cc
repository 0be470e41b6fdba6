#include <array>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "host/file_descriptor.h"
#include "host/secret.h"
#include "proto/bytes.h"
#include "tests/support/child_process.h"
#include "tests/support/matchers.h"

using signet::host::FileDescriptor;

namespace {

constexpr int kDeadlineMs = 20'000;

/// A terminal of our own, and a child whose controlling terminal it is and that asks there.
class Terminal {
 public:
  Terminal() : master_(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)) {
    ::grantpt(master_.get());
    ::unlockpt(master_.get());
    slave_name_ = ::ptsname(master_.get());
    slave_.reset(::open(slave_name_.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC));
    child_ = ::fork();
    if (child_ == 0) ::_exit(ask_in_own_session());
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;
  ~Terminal() {
    if (child_ > 0) finish_by(SIGKILL);
  }

  /// Reads what the child shows until `text` appears; false after the deadline.
  bool shows(const std::string& text) {
    while (shown_.find(text) == std::string::npos) {
      pollfd source{master_.get(), POLLIN, 0};
      std::array<char, 256> buffer{};
      if (::poll(&source, 1, kDeadlineMs) <= 0) return false;
      const ssize_t size = ::read(master_.get(), buffer.data(), buffer.size());
      if (size <= 0) return false;
      shown_.append(buffer.data(), static_cast<std::size_t>(size));
    }
    return true;
  }
  void type(const std::string& keys) {
    REQUIRE(::write(master_.get(), keys.data(), keys.size()) == static_cast<ssize_t>(keys.size()));
  }
  void signal(int number) const { ::kill(child_, number); }
  int finish() {
    int status = 0;
    ::waitpid(child_, &status, 0);
    child_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  bool echoes() const {
    termios mode{};
    return ::tcgetattr(slave_.get(), &mode) == 0 && (mode.c_lflag & ECHO) != 0;
  }
  const std::string& shown() const { return shown_; }

 private:
  int ask_in_own_session() const {
    signet::test::forget_signal_handlers();
    ::setsid();
    if (::ioctl(slave_.get(), TIOCSCTTY, 0) != 0) return 10;
    const auto secret = signet::host::ask_secret("PIN: ", 8);
    if (!secret) return secret.error().code == signet::ErrorCode::bad_input ? 2 : 3;
    return signet::text_of(secret.value().bytes()) == "123456" ? 0 : 1;
  }
  void finish_by(int number) {
    ::kill(child_, number);
    ::waitpid(child_, nullptr, 0);
  }

  FileDescriptor master_, slave_;
  std::string slave_name_;
  std::string shown_;
  pid_t child_ = 0;
};

}  // namespace

TEST_CASE("ask secret: typed without echo, the terminal as before") {
  Terminal terminal;
  REQUIRE(terminal.shows("PIN: "));
  REQUIRE_FALSE(terminal.echoes());
  terminal.type("123456\n");
  REQUIRE(terminal.finish() == 0);
  REQUIRE(terminal.echoes());
  REQUIRE(terminal.shown().find('1') == std::string::npos);
}

TEST_CASE("ask secret: nothing typed, or too much") {
  for (const char* keys : {"\n", "\x04", "1234567890\n"}) {
    Terminal terminal;
    REQUIRE(terminal.shows("PIN: "));
    terminal.type(keys);
    REQUIRE(terminal.finish() == 2);
    REQUIRE(terminal.echoes());
  }
}

TEST_CASE("ask secret: a signal ends the program only after the echo is back") {
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) {
    Terminal terminal;
    REQUIRE(terminal.shows("PIN: "));
    terminal.signal(number);
    REQUIRE(terminal.finish() == 128 + number);
    REQUIRE(terminal.echoes());
  }
}

TEST_CASE("ask secret: Ctrl-C on the keyboard") {
  Terminal terminal;
  REQUIRE(terminal.shows("PIN: "));
  terminal.type("12\x03");
  REQUIRE(terminal.finish() == 128 + SIGINT);
  REQUIRE(terminal.echoes());
}

TEST_CASE("ask secret: no terminal") {
  const int outcome = signet::test::in_child([] {
    ::setsid();  // a session without a controlling terminal
    const auto secret = signet::host::ask_secret("PIN: ", 8);
    return !secret && secret.error().code == signet::ErrorCode::io_failure ? 0 : 1;
  });
  REQUIRE(outcome == 0);
}
