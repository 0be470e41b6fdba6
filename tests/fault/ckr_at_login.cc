// Every return value of C_Login: whether a PIN is tried again.

#include <fmt/format.h>

#include "pkcs11/ckr.h"
#include "tests/fault/ckr_table.h"
#include "tests/fault/faulty_service.h"
#include "tests/support/matchers.h"

namespace signet::test {
namespace {

/// The real call is made and its answer lost: the worst case, since the token has counted it.
std::string login_rule(CK_RV rv) { return fmt::format("C_Login rv=0x{:x} call", rv); }

void forget_attempts(const TokenProcess& service) { service.remove_login_records(); }

void require_stopped_after(const FaultControl& faults, TokenProcess& service, long logins, long wanted) {
  const auto refused = service.wait_for(link::PIN_REFUSED);
  CHECK(refused.next_try() == 0);
  CHECK(faults.count("C_Login") - logins == wanted);
  service.kill();
  service.start();
  service.wait_for(link::PIN_REFUSED);
  CHECK(faults.count("C_Login") - logins == wanted);
}

}  // namespace

TEST_CASE("every return value about the PIN ends the tries, over a restart too", "[fault]") {
  const SoftHsm hsm;
  const FaultControl faults(hsm);
  TokenProcess service(hsm, {.module = FaultControl::module(), .environment = faults.environment()});
  service.wait_for(link::READY);
  for (const CkrGroup& group : ckr_groups()) {
    if (group.at_login != AtLogin::stops) continue;
    for (const CK_RV rv : group.codes) {
      INFO(pkcs11::ckr_name(rv));
      service.kill();
      const long before = faults.count("C_Login");
      faults.set_rules({login_rule(rv)});
      service.start();
      require_stopped_after(faults, service, before, 1);
      forget_attempts(service);
    }
  }
  faults.set_rules({});
  service.kill();
  service.start();
  service.wait_for(link::READY);
}

TEST_CASE("every other return value of C_Login gets one more try by a new image", "[fault]") {
  ServicesSideBySide services;
  for (const CkrGroup& group : ckr_groups()) {
    if (group.at_login != AtLogin::one_more_try) continue;
    const CK_RV rv = group.codes.front();
    services.emplace_front(pkcs11::ckr_name(rv), std::vector{login_rule(rv) + " times=1"});
  }
  for (const auto& [rv, fixture] : services) {
    INFO(rv);
    CHECK(fixture.service.wait_for(link::READY).epoch() == 1);
    CHECK(fixture.faults.count("C_Login") == 2);
    CHECK_FALSE(fixture.service.has_login_record());
  }
}

TEST_CASE("a login that fails twice in a row for whatever reason stops, over a restart too", "[fault]") {
  ServicesSideBySide services;
  for (const CK_RV rv : {0x32UL, 0x05UL, 0x07UL, 0x80000001UL}) {
    // The second try fails for another reason.
    services.emplace_front(pkcs11::ckr_name(rv), std::vector{login_rule(rv) + " times=1", login_rule(0x06)});
  }
  for (auto& [rv, fixture] : services) {
    INFO(rv);
    require_stopped_after(fixture.faults, fixture.service, 0, 2);
  }
}

TEST_CASE("a login that was there already counts as one", "[fault]") {
  const FaultyService fixture({.rules = {login_rule(0x100)}});
  fixture.require_signs();
  CHECK(fixture.epoch() == 0);
  CHECK(fixture.faults.count("C_Login") == 1);
}

}  // namespace signet::test
