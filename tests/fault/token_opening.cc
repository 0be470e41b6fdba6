// How signet-token comes up: races, modules with limits, keys and callers it refuses. The real program.
#include <csignal>
#include <fstream>
#include <memory>

#include "tests/support/environment_variable.h"
#include "tests/support/fault_control.h"
#include "tests/support/matchers.h"
#include "tests/support/sign_request.h"
#include "tests/support/token_process.h"

namespace signet::test {
namespace {

bool says(const TokenProcess& process, const std::string& text) {
  return process.log().find(text) != std::string::npos;
}

TokenProcessSpec with_faults(const FaultControl& faults, std::vector<std::string> options = {}) {
  return {.module = FaultControl::module(), .environment = faults.environment(), .options = std::move(options)};
}

void require_signs(const TokenProcess& service, const PublicKey& key) {
  service.wait_for(link::READY);
  auto reply = service.connect().call(sign_request("apple", key));
  REQUIRE_OK(reply);
  CHECK(is_good(*reply, key));
}

}  // namespace

TEST_CASE("a token overlooked by the module is looked for again within one start", "[fault]") {
  const SoftHsm hsm;
  const PublicKey key = hsm.make_key({.label = "apple"});
  const FaultControl faults(hsm);
  // Every slot of the first two surveys says that it is empty, as SoftHSM does while another process opens the store.
  faults.set_rules({"C_GetTokenInfo rv=0xE0 times=4"});
  const TokenProcess service(hsm, with_faults(faults));
  require_signs(service, key);
  CHECK_FALSE(says(service, "absent"));
  CHECK(faults.count("C_Finalize") >= 2);
  CHECK(faults.count("C_Login") == 1);
}

TEST_CASE("processes that open one store at the same moment all find the token", "[fault]") {
  const SoftHsm hsm;
  const PublicKey key = hsm.make_key({.label = "apple"});
  for (int round = 0; round < 5; ++round) {
    std::vector<std::unique_ptr<TokenProcess>> services;
    for (int i = 0; i < 4; ++i) {
      TokenProcessSpec spec;
      spec.instance = "-" + std::to_string(i);
      services.push_back(std::make_unique<TokenProcess>(hsm, spec));
    }
    for (const auto& service : services) {
      require_signs(*service, key);
      CHECK_FALSE(says(*service, "absent"));
    }
  }
}

TEST_CASE("a module that cannot lock is used by one thread at a time", "[fault]") {
  const SoftHsm hsm;
  const PublicKey key = hsm.make_key({.label = "apple"});
  const FaultControl faults(hsm);
  faults.set_rules({"C_Initialize rv=0x0A times=1"});
  const TokenProcess service(hsm, with_faults(faults));
  require_signs(service, key);
  CHECK(says(service, "with 1 sessions"));
}

TEST_CASE("a token with few sessions serves with those it has", "[fault]") {
  const SoftHsm hsm;
  const PublicKey key = hsm.make_key({.label = "apple"});
  const FaultControl faults(hsm);
  faults.set_rules({"C_OpenSession rv=0xB1 after=2"});
  const TokenProcess service(hsm, with_faults(faults));
  require_signs(service, key);
  CHECK(says(service, "with 2 sessions"));
}

TEST_CASE("no signature leaves that does not verify", "[fault]") {
  const SoftHsm hsm;
  const PublicKey key = hsm.make_key({.label = "apple"});
  const FaultControl faults(hsm);
  const TokenProcess service(hsm, with_faults(faults));
  require_signs(service, key);
  faults.set_rules({"C_Sign corrupt times=1"});
  auto client = service.connect();
  auto refused = client.call(sign_request("apple", key));
  REQUIRE_OK(refused);
  CHECK(refused->failure().code() == link::SIGNATURE_BAD);
  CHECK(service.wait_for(link::DEGRADED).epoch() == 0);
  auto good = client.call(sign_request("apple", key));
  REQUIRE_OK(good);
  CHECK(is_good(*good, key));
  service.wait_for(link::READY);
}

TEST_CASE("a key that could leave the token is never used, and describe and the log say why", "[fault]") {
  const SoftHsm hsm;
  const KeyFlaw flaw = GENERATE(KeyFlaw::extractable, KeyFlaw::not_sensitive);
  const PublicKey key = hsm.make_key({.label = "apple", .flaw = flaw});
  const FaultControl faults(hsm);
  const TokenProcess service(hsm, with_faults(faults));
  service.wait_for(link::READY);
  const std::string attribute = flaw == KeyFlaw::extractable ? "CKA_EXTRACTABLE" : "CKA_SENSITIVE";
  const auto described = service.connect().describe("pkcs11:object=apple");
  REQUIRE_OK(described);
  CHECK_FALSE(described->key(0).usable());
  CHECK(described->key(0).message().find(attribute) != std::string::npos);
  CHECK(says(service, attribute));
  auto refused = service.connect().call(sign_request("apple", key));
  REQUIRE_OK(refused);
  CHECK(refused->failure().code() == link::KEY_REFUSED);
  CHECK(faults.count("C_SignInit") == 0);
}

TEST_CASE("an RSA key under 2048 bits is never used", "[fault]") {
  const SoftHsm hsm;
  CHECK_FALSE(hsm.try_make_key({.label = "short", .type = KeyType::rsa, .rsa_bits = 1024}));
  const TokenProcess service(hsm, {});
  service.wait_for(link::READY);
  const auto described = service.connect().describe("pkcs11:object=short");
  REQUIRE_OK(described);
  CHECK_FALSE(described->key(0).usable());
  CHECK(described->key(0).message().find("2048") != std::string::npos);
}

TEST_CASE("refresh sees keys that another process made", "[fault]") {
  const SoftHsm hsm;
  const FaultControl faults(hsm);
  const TokenProcess service(hsm, with_faults(faults));
  service.wait_for(link::READY);
  auto client = service.connect();
  const PublicKey key = hsm.make_key({.label = "apple"});
  auto early = client.call(sign_request("apple", key));
  REQUIRE_OK(early);
  CHECK(early->failure().code() == link::NO_SUCH_KEY);
  link::Request refresh;
  refresh.mutable_refresh()->add_object("pkcs11:object=apple");
  auto refreshed = client.call(refresh);
  REQUIRE_OK(refreshed);
  CHECK(refreshed->description().key(0).usable());
  auto late = client.call(sign_request("apple", key));
  REQUIRE_OK(late);
  CHECK(is_good(*late, key));
  CHECK(faults.count("C_Login") == 1);
  // One listing at start, of public and private keys; one for the refresh, with certificates, now that there is a key;
  // none per signature.
  CHECK(faults.count("C_FindObjectsInit") == 5);
}

TEST_CASE("SIGHUP lists the keys anew and ends no image, also not one that is just starting", "[fault]") {
  const SoftHsm hsm;
  const FaultControl faults(hsm);
  TokenProcess service(hsm, with_faults(faults));
  service.wait_for(link::READY);
  const PublicKey key = hsm.make_key({.label = "apple"});
  REQUIRE(::kill(service.pid(), SIGHUP) == 0);
  service.wait_until("the key is listed", [](const link::Description& seen) { return seen.key_size() == 1; });
  poll_until("the log says so", [&] { return says(service, "SIGHUP: the token's keys are listed anew"); });

  // Signals rain while the process replaces itself.
  faults.set_rules({"C_Sign rv=0x32 times=1"});
  CHECK_FALSE(service.connect().call(sign_request("apple", key)).has_value());
  poll_until("the next image is ready", [&] {
    REQUIRE(::kill(service.pid(), SIGHUP) == 0);
    REQUIRE(service.runs());
    auto client = LinkClient::open(service.socket());
    if (!client) return false;
    const auto seen = client->describe();
    return seen.has_value() && seen->epoch() == 1 && seen->state() == link::READY;
  });
  require_signs(service, key);
  CHECK(service.terminate() == 0);
  CHECK_FALSE(LinkClient::connect(service.socket()).has_value());
}

TEST_CASE("a user whom `allow` does not name gets no word", "[fault]") {
  const SoftHsm hsm;
  TokenProcessSpec spec;
  spec.allow = ::getuid() + 1;
  const TokenProcess service(hsm, spec);
  poll_until("the socket is there", [&] { return LinkClient::connect(service.socket()).has_value(); });
  CHECK_FALSE(LinkClient::open(service.socket()).has_value());
  poll_until("the log names the uid", [&] { return says(service, "uid " + std::to_string(::getuid())); });
}

TEST_CASE("the PIN may come as a credential", "[fault]") {
  const SoftHsm hsm;
  const PublicKey key = hsm.make_key({.label = "apple"});
  TokenProcessSpec spec;
  spec.has_pin_file = false;
  SECTION("which is there") {
    spec.environment["CREDENTIALS_DIRECTORY"] = hsm.directory().path();
    const TokenProcess service(hsm, spec);
    require_signs(service, key);
  }
  SECTION("or is missing") {
    const TokenProcess service(hsm, spec);
    const auto description = service.wait_for(link::MISCONFIGURED);
    CHECK(description.message().find("pin-file") != std::string::npos);
    CHECK(description.next_try() > 0);
  }
}

TEST_CASE("a module that is not there is a matter of configuration, and the service stays up", "[fault]") {
  const SoftHsm hsm;
  const TokenProcess service(hsm, {.module = "/nonexistent/module.so"});
  const auto description = service.wait_for(link::MISCONFIGURED);
  CHECK(description.message().find("/nonexistent") == std::string::npos);
  CHECK(says(service, "/nonexistent/module.so"));
  CHECK(service.runs());
}

TEST_CASE("what fails inside signet-token is told to its operator, not to a client of signetd", "[fault]") {
  const SoftHsm hsm;
  // OpenSSL without its default provider has no digests, and no scrypt for the record of logins.
  const std::string openssl_conf = hsm.directory().file("openssl.cnf");
  std::ofstream(openssl_conf) << "openssl_conf = all\n[all]\nproviders = some\n[some]\nbase = on\n[on]\nactivate = 1\n";
  const TokenProcess service(hsm, {.environment = {{"OPENSSL_CONF", openssl_conf}}});
  const auto description = service.wait_for(link::MISCONFIGURED);
  CHECK(description.message().find("request_id") == std::string::npos);
  CHECK(description.message().find("log") != std::string::npos);
}

TEST_CASE("SIGTERM ends a service whose token hangs, and one that is still opening", "[fault]") {
  const SoftHsm hsm;
  const FaultControl faults(hsm);
  faults.set_rules({"C_OpenSession hang"});
  TokenProcess service(hsm, with_faults(faults, {"call-timeout = 1s"}));
  poll_until("C_OpenSession is under way", [&] { return faults.count("C_OpenSession") == 1; });
  CHECK(service.terminate() == 0);
}

}  // namespace signet::test
