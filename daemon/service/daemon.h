#pragma once

#include <functional>
#include <memory>
#include <string>

#include <boost/asio/basic_signal_set.hpp>

#include "daemon/service/admin_calls.h"
#include "daemon/service/api_handler.h"
#include "daemon/service/listener.h"
#include "host/inherited_sockets.h"
#include "host/service_manager.h"

namespace signet::service {

/// signetd, put together: the sockets, the calls behind them, the links to the tokens, and what the machine tells a
/// daemon by signals.
class Daemon {
 public:
  /// `config_path` is read again on reload. Errors: io_failure (a socket or a state file), bad_configuration (damaged
  /// state).
  static Result<std::unique_ptr<Daemon>> create(rules::Configuration configuration, std::string config_path,
                                                host::InheritedSockets inherited, const host::ServiceManager& manager);
  ~Daemon();

  /// Serves until SIGTERM or SIGINT; then what is in flight is finished. The calling thread is the I/O thread.
  void run();

 private:
  Daemon(rules::Configuration configuration, std::string config_path, const host::ServiceManager& manager);

  Result<void> load_state();
  Result<void> listen(host::InheritedSockets& inherited);
  void follow_configuration(Listing listing);
  std::vector<ConfigProblem> reload();
  void on_switch(const std::string& key);
  void put_in_force(rules::Configuration configuration);
  Task<void> hang_up();
  Task<void> heed_signals();
  Task<void> keep_house();
  Task<void> keep_audit();
  Task<void> feed_watchdog();
  Task<void> stop();
  Task<void> wait_until_quiet(Deadline give_up);
  bool quiet() const;
  std::string summary() const;

  using Signals = asio::basic_signal_set<Executor>;

  asio::io_context io_{1};
  const std::string config_path_;
  const host::ServiceManager& manager_;
  ServiceState state_;
  Pins pins_;
  DisabledKeyFiles disabled_files_;
  AuditLog audit_;
  ChangeQueue changes_;
  JwksFile jwks_file_;
  FailureLog failures_;
  DescribedKeys keys_;
  KeyRotation rotation_;
  JwtSigner signer_;  ///< hears of what tokens signed and nobody got
  TokenDirectory tokens_;
  JwtCache cache_;
  TokenIssuer issuer_;
  ApiHandler api_;
  AdminHandler admin_;
  std::unique_ptr<Listener> api_listener_;
  std::unique_ptr<Listener> admin_listener_;  ///< null without an admin socket
  Signals signals_;
  bool stopping_ = false;
};

}  // namespace signet::service
