#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

#include "tests/support/link_client.h"
#include "tests/support/poll_until.h"
#include "tests/support/softhsm.h"

namespace signet::test {

/// How a signet-token under test is started.
struct TokenProcessSpec {
  std::string module{};  ///< empty: the token's own
  std::map<std::string, std::string> environment{};
  std::vector<std::string> options{};  ///< more configuration lines, "call-timeout = 1s"
  std::string instance{};              ///< tells the files of several services on one token apart
  std::string state_directory{};       ///< empty: one is made in the token's directory
  std::optional<uid_t> allow{};        ///< whom it admits; nobody named: the test's own user
  bool has_pin_file = true;
  bool socket_activated = false;  ///< by systemd-socket-activate
  bool watched = false;           ///< WATCHDOG_PID names the process
};

/// A real signet-token in front of a token. Killed when the object goes, if it still runs. One thread.
class TokenProcess {
 public:
  TokenProcess(const TestToken& token, const TokenProcessSpec& spec);
  TokenProcess(const TokenProcess&) = delete;
  TokenProcess& operator=(const TokenProcess&) = delete;
  ~TokenProcess();

  pid_t pid() const { return pid_; }
  const std::string& socket() const { return socket_; }
  std::string state_directory() const;
  /// Is there a record of a login attempt, on whatever token?
  bool has_login_record() const;
  void remove_login_records() const;
  /// What it has written on stderr.
  std::string log() const;
  bool runs() const;

  /// Starts it again, after kill() or terminate().
  void start();
  /// SIGKILL, and its end.
  void kill();
  /// SIGTERM; its exit status, or 128 + signal.
  int terminate();

  /// A greeted connection; tries again while nobody listens. Fails the test after a generous deadline.
  LinkClient connect() const;
  /// A description in that state; asked for again and again until a generous deadline fails the test.
  link::Description wait_for(link::State state) const;
  /// The same for any condition.
  link::Description wait_until(const std::string& what,
                               const std::function<bool(const link::Description&)>& holds) const;

 private:
  std::vector<std::string> command() const;
  std::vector<std::string> environment() const;

  const TestToken& token_;
  const TokenProcessSpec spec_;
  std::string socket_;
  std::string log_file_;
  std::string config_file_;
  pid_t pid_ = -1;
};

}  // namespace signet::test
