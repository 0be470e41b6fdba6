// Every class of return value before the login: it costs no login, and the token is looked for again.
#include <algorithm>

#include <fmt/format.h>

#include "pkcs11/ckr.h"
#include "tests/fault/ckr_table.h"
#include "tests/fault/faulty_service.h"
#include "tests/support/matchers.h"

namespace signet::test {
namespace {

std::string rule_for(const std::string& function, CK_RV rv) { return fmt::format("{} rv=0x{:x}", function, rv); }

struct Starts {
  void start(const std::vector<std::string>& rules) {
    if (service.pid() > 0) service.kill();
    faults.set_rules(rules);
    logins = faults.count("C_Login");
    service.start();
  }
  long logins_since() const { return faults.count("C_Login") - logins; }

  SoftHsm hsm;
  FaultControl faults{hsm};
  TokenProcess service{hsm, {.module = FaultControl::module(), .environment = faults.environment()}};
  long logins = 0;
};

}  // namespace

TEST_CASE("one bad answer while the token is looked for is survived within one start", "[fault]") {
  const std::string function = GENERATE(as<std::string>(), "C_Initialize", "C_GetSlotList", "C_GetTokenInfo");
  Starts starts;
  for (const CkrGroup& group : ckr_groups()) {
    const CK_RV rv = group.codes.front();
    INFO(function << " answered " << pkcs11::ckr_name(rv));
    starts.start({rule_for(function, rv) + " times=1"});
    const auto ready = starts.service.wait_for(link::READY);
    CHECK(ready.epoch() == 0);
    CHECK(starts.logins_since() == 1);
  }
}

TEST_CASE("a bad answer to libp11's own C_Initialize is one of the token's, not of the configuration", "[fault]") {
  const FaultyService fixture({.rules = {"C_Initialize after=1 times=1 rv=0x30"}});
  CHECK(fixture.epoch() == 0);
  CHECK(fixture.faults.count("rule.0") > 1);
  CHECK(fixture.service.log().find("misconfigured") == std::string::npos);
}

TEST_CASE("a bad answer that lasts leaves the token absent, without a login, until it ends", "[fault]") {
  ServicesSideBySide services;
  for (const char* function : {"C_Initialize", "C_GetSlotList", "C_OpenSession"}) {
    for (const CK_RV rv : {0x30UL, 0xE0UL, 0xB3UL}) {
      services.emplace_front(fmt::format("{} answers {}", function, pkcs11::ckr_name(rv)),
                             std::vector{rule_for(function, rv)});
    }
  }
  for (const auto& [what, fixture] : services) {
    INFO(what);
    const auto absent = fixture.service.wait_for(link::ABSENT);
    CHECK(absent.next_try() > 0);
    CHECK_FALSE(absent.message().empty());
    CHECK(fixture.faults.count("C_Login") == 0);
    fixture.faults.set_rules({});
  }
  for (const auto& [what, fixture] : services) {
    INFO(what);
    fixture.service.wait_for(link::READY);
    CHECK(fixture.faults.count("C_Login") == 1);
  }
}

TEST_CASE("a module that cannot be initialised as it is set up is a matter of configuration", "[fault]") {
  ServicesSideBySide services;
  for (const char* code : {"0x07", "0x09", "0x0A"}) {
    services.emplace_front(code, std::vector{std::string("C_Initialize rv=") + code});
  }
  for (const auto& [code, fixture] : services) {
    INFO(code);
    const auto told = fixture.service.wait_for(link::MISCONFIGURED);
    CHECK(told.next_try() > 0);
    CHECK((told.message().find("module-args") != std::string::npos) == (code == "0x07"));
    fixture.faults.set_rules({});
  }
  for (const auto& each : services) each.fixture.service.wait_for(link::READY);
}

}  // namespace signet::test
