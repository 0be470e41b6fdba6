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

/// One of several services on one token that come up side by side, each with rules of its own: most of a start that
/// fails is waiting. One thread.
struct ServiceBesideOthers {
  /// `instance`: "-1".
  ServiceBesideOthers(const TestToken& token, std::string failure, const std::string& instance,
                      const std::vector<std::string>& rules)
      : what(std::move(failure)),
        faults(token, rules, instance),
        service(token, {.module = FaultControl::module(), .environment = faults.environment(), .instance = instance}) {}
  std::string what;  ///< for INFO
  FaultControl faults;
  TokenProcess service;
};

}  // namespace signet::test
