#pragma once

#include <list>

#include "tests/support/fault_control.h"
#include "tests/support/sign_request.h"
#include "tests/support/signing_load.h"
#include "tests/support/token_process.h"

namespace signet::test {

/// How a FaultyService is set up.
struct FaultyServiceSpec {
  std::vector<std::string> options{};  ///< more configuration lines
  std::string character{};             ///< P11FAULT_CHARACTER
  std::vector<std::string> rules{};    ///< in force from the start
  bool socket_activated = false;
};

/// signet-token on a SoftHSM store with the key "apple", the fault module between. One thread.
struct FaultyService {
  explicit FaultyService(const FaultyServiceSpec& spec = {})
      : key(hsm.make_key({.label = "apple"})),
        faults(hsm, spec.rules),
        service(hsm, {.module = FaultControl::module(),
                      .environment = faults.environment(spec.character),
                      .options = spec.options,
                      .socket_activated = spec.socket_activated}) {}

  /// One request on a new connection; whatever comes of it.
  Result<link::Reply> ask(std::uint32_t deadline_ms = 30'000) const {
    return service.connect().call(sign_request("apple", key, deadline_ms));
  }
  /// Asks until a good signature comes, as signetd does; fails the test after a generous deadline.
  void require_signs() const {
    poll_until("signet-token signs", [this] {
      const auto reply = ask();
      return reply.has_value() && is_good(*reply, key);
    });
  }
  std::uint32_t epoch() const { return service.wait_for(link::READY).epoch(); }
  SigningLoad load(int clients) const { return SigningLoad(service.socket(), "apple", key, clients); }

  SoftHsm hsm;
  PublicKey key;
  FaultControl faults;
  TokenProcess service;
};

/// One of several services that come up side by side, since most of a start that fails is waiting. Each has a store of
/// its own: SoftHSM's C_Login writes to the store, and answers CKR_GENERAL_ERROR where another process does so too.
struct ServiceBesideOthers {
  ServiceBesideOthers(std::string failure, std::vector<std::string> rules)
      : what(std::move(failure)), fixture({.rules = std::move(rules)}) {}
  std::string what;  ///< for INFO
  FaultyService fixture;
};
/// The newest in front, where it is the first to end: a store puts back what stood in the environment before it.
using ServicesSideBySide = std::list<ServiceBesideOthers>;

}  // namespace signet::test
