#pragma once

#include <chrono>
#include <mutex>
#include <string>

#include "pkcs11/next_image.h"
#include "pkcs11/token_opening.h"
#include "pkcs11/token_service.h"

namespace signet::pkcs11 {

/// Brings the token up, and gives this image up when the token is lost. Owns nothing: everything it is given outlives
/// it.
class TokenKeeper {
 public:
  struct Parts {
    const TokenConfig& config;
    std::string credentials_directory;
    ImageHistory history;
    TokenStatus& status;
    TokenService& service;
    NextImage& next_image;
    ProbeSchedule& probes;
  };
  explicit TokenKeeper(Parts parts);

  /// How many slots of a CallWatch the keeper and its sessions need.
  static std::size_t watch_slots(const TokenConfig& config) { return 1 + static_cast<std::size_t>(config.sessions); }

  /// Opens the token, as often as it takes, hands it to the service, and probes it from then on while it is idle. Runs
  /// on a thread of its own; returns where nothing more can be done.
  void run(CallWatch& watch);
  /// Waits until no PIN is being tried and lets none be tried from then on: a process that left in between would leave
  /// a record behind that forbids the next start to use the PIN. False where the login took longer than `patience`. Any
  /// thread, before the process leaves.
  bool end_logins(std::chrono::milliseconds patience);
  /// A call into the module is late. Replaces the process; any thread.
  void give_up_late_call();
  /// Two signatures in a row did not verify. Replaces the process; any thread.
  void give_up_bad_signatures();

 private:
  /// Replaces the process after a loss; does nothing where the state says so. Any thread.
  void give_up(TokenEvent event, const std::string& reason);
  Result<OpenedToken, OpeningFailure> open(CallWatch& watch);
  void serve(OpenedToken token, CallWatch& watch);
  /// Waits as long as the losses of the images before this one ask for.
  void wait_after_losses();
  void probe_while_idle();
  std::uint32_t next_attempt() const;

  Parts parts_;
  std::timed_mutex login_attempt_{};  ///< held while a PIN is being tried
};

}  // namespace signet::pkcs11
