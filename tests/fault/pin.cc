// A PIN is tried once, and never again by itself.
#include <fstream>

#include <fmt/format.h>

#include "pkcs11/survey.h"
#include "tests/fault/faulty_service.h"
#include "tests/support/matchers.h"

namespace signet::test {
namespace {

struct WrongPin {
  WrongPin() { std::ofstream(hsm.pin_file()) << "wrong-one\n"; }
  TokenProcessSpec spec() const { return {.module = FaultControl::module(), .environment = faults.environment()}; }

  SoftHsm hsm;
  FaultControl faults{hsm};
};

std::string with_flags(CK_FLAGS flags) { return fmt::format("C_GetTokenInfo flags=0x{:x}", flags); }

/// Does the token itself say that a wrong PIN was tried since the last good one?
bool token_counts_a_wrong_pin(const SoftHsm& hsm) {
  const auto module = pkcs11::Module::load({.path = softhsm_module()});
  REQUIRE_OK(module);
  const auto token = pkcs11::find_token(**module, parse_pkcs11_uri(hsm.token_uri()).value());
  REQUIRE_OK(token);
  return token->user_pin_count_low;
}

}  // namespace

TEST_CASE("a token that says its PIN is locked, or one try is left, is not logged in to at all", "[fault]") {
  const CK_FLAGS flags = GENERATE(as<CK_FLAGS>(), CKF_USER_PIN_FINAL_TRY, CKF_USER_PIN_LOCKED,
                                  CKF_USER_PIN_FINAL_TRY | CKF_USER_PIN_COUNT_LOW);
  INFO(flags);
  const FaultyService fixture({.rules = {with_flags(flags)}});
  const auto refused = fixture.service.wait_for(link::PIN_REFUSED);
  CHECK(refused.next_try() == 0);
  CHECK(refused.message().find("operator") != std::string::npos);
  CHECK(fixture.faults.count("C_Login") == 0);
  const auto reply = fixture.ask();
  REQUIRE_OK(reply);
  CHECK(reply->failure().code() == link::TOKEN_UNAVAILABLE);
  CHECK(reply->failure().state() == link::PIN_REFUSED);
  CHECK_FALSE(fixture.service.has_login_record());
}

TEST_CASE("a PIN that must be changed first is a matter of configuration, and not tried", "[fault]") {
  const FaultyService fixture({.rules = {with_flags(CKF_USER_PIN_TO_BE_CHANGED)}});
  const auto told = fixture.service.wait_for(link::MISCONFIGURED);
  CHECK(told.message().find("changed") != std::string::npos);
  CHECK(fixture.faults.count("C_Login") == 0);
}

TEST_CASE("a low count alone does not keep the service from its one login", "[fault]") {
  const FaultyService fixture({.rules = {with_flags(CKF_USER_PIN_COUNT_LOW)}});
  fixture.require_signs();
  CHECK(fixture.faults.count("C_Login") == 1);
}

TEST_CASE("a C_Login that hangs past start-timeout was a try, and there is no second", "[fault]") {
  const FaultyService fixture({.options = {"start-timeout = 3s"}, .rules = {"C_Login hang times=1"}});
  const auto refused = fixture.service.wait_for(link::PIN_REFUSED);
  CHECK(refused.epoch() == 1);
  CHECK(fixture.faults.count("C_Login") == 1);
}

TEST_CASE("a C_Initialize that hangs past start-timeout is tried again, and was no try of the PIN", "[fault]") {
  const FaultyService fixture({.options = {"start-timeout = 3s"}, .rules = {"C_Initialize hang times=1"}});
  fixture.require_signs();
  CHECK(fixture.epoch() == 1);
  CHECK(fixture.faults.count("C_Login") == 1);
}

TEST_CASE("the token itself counts one wrong PIN, and none after the right one", "[fault]") {
  const WrongPin given;
  TokenProcess service(given.hsm, given.spec());
  service.wait_for(link::PIN_REFUSED);
  CHECK(token_counts_a_wrong_pin(given.hsm));
  service.kill();
  service.remove_login_records();
  std::ofstream(given.hsm.pin_file()) << given.hsm.pin() << "\n";
  service.start();
  service.wait_for(link::READY);
  CHECK_FALSE(token_counts_a_wrong_pin(given.hsm));
}

TEST_CASE("a service that is stopped while it logs in leaves no record that would forbid the next login", "[fault]") {
  const SoftHsm hsm;
  const FaultControl faults{hsm};
  faults.set_rules({"C_Login delay=1500"});
  // The login may take start-timeout, which is longer.
  TokenProcess service(
      hsm,
      {.module = FaultControl::module(), .environment = faults.environment(), .options = {"call-timeout = 200ms"}});
  service.wait_until("the login", [&service](const link::Description&) { return service.has_login_record(); });
  CHECK(service.terminate() == 0);
  CHECK_FALSE(service.has_login_record());
  CHECK(service.log().find("a login is under way") != std::string::npos);
  service.start();
  service.wait_for(link::READY);
}

TEST_CASE("a refused PIN is not tried again: not by time, not by re-execution, not by a restart", "[fault]") {
  const WrongPin given;
  TokenProcess service(given.hsm, given.spec());
  const auto refused = service.wait_for(link::PIN_REFUSED);
  CHECK(refused.next_try() == 0);
  CHECK(refused.epoch() == 0);
  CHECK(given.faults.count("C_Login") == 1);
  link::Request request;
  request.mutable_sign()->set_alg("ES256");
  request.mutable_sign()->set_expected_spki_sha256(std::string(32, 'x'));
  auto reply = service.connect().call(request);
  REQUIRE_OK(reply);
  CHECK(reply->failure().code() == link::TOKEN_UNAVAILABLE);
  CHECK(reply->failure().state() == link::PIN_REFUSED);
  CHECK(service.runs());
  CHECK(service.terminate() == 0);

  service.start();
  service.wait_for(link::PIN_REFUSED);
  CHECK(given.faults.count("C_Login") == 1);
  service.kill();

  // Changed by the operator: tried again, and good. One octet of a salted hash tells PINs apart, so that a chance of 1
  // in 256 would leave it untried; another try with another salt follows then.
  std::ofstream(given.hsm.pin_file()) << given.hsm.pin() << "\n";
  service.start();
  const auto state =
      service.wait_until("a decision", [](const link::Description& seen) { return seen.state() != link::OPENING; })
          .state();
  if (state == link::PIN_REFUSED) {
    service.kill();
    service.remove_login_records();
    service.start();
  }
  service.wait_for(link::READY);
  CHECK(given.faults.count("C_Login") == 2);
  CHECK_FALSE(service.has_login_record());
}

TEST_CASE("a process killed while C_Login runs leaves a record that counts as a refusal", "[fault]") {
  SoftHsm hsm;
  const FaultControl faults(hsm);
  faults.set_rules({"C_Login hang"});
  TokenProcess service(hsm, {.module = FaultControl::module(), .environment = faults.environment()});
  poll_until("C_Login is under way", [&] { return faults.count("C_Login") == 1; });
  service.kill();
  faults.set_rules({});
  service.start();
  const auto told = service.wait_for(link::PIN_REFUSED);
  CHECK(told.message().find("its outcome is not known") != std::string::npos);
  CHECK(faults.count("C_Login") == 1);
}

TEST_CASE("a login that fails without a word about the PIN gets one more try, not two", "[fault]") {
  SoftHsm hsm;
  const FaultControl faults(hsm);
  faults.set_rules({"C_Login rv=0x30"});
  const TokenProcess service(hsm, {.module = FaultControl::module(), .environment = faults.environment()});
  const auto told = service.wait_for(link::PIN_REFUSED);
  CHECK(told.message().find("without a word about the PIN") != std::string::npos);
  CHECK(faults.count("C_Login") == 2);
}

TEST_CASE("no record, no login", "[fault]") {
  SoftHsm hsm;
  const FaultControl faults(hsm);
  // A file where the record's directory should be: nobody can write into it, root neither.
  const std::string no_directory = hsm.directory().file("not-a-directory");
  std::ofstream(no_directory) << "";
  const TokenProcess service(
      hsm, {.module = FaultControl::module(), .environment = faults.environment(), .state_directory = no_directory});
  const auto description = service.wait_for(link::MISCONFIGURED);
  CHECK(description.message().find("state-dir") != std::string::npos);
  CHECK(faults.count("C_Login") == 0);
}

}  // namespace signet::test
