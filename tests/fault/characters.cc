// Modules as they are: without locks, with one session, with arguments, with few mechanisms.
#include <csignal>
#include <thread>

#include "tests/fault/faulty_service.h"
#include "tests/support/matchers.h"

namespace signet::test {
namespace {

constexpr const char* kApple = "pkcs11:object=apple";

bool says(const FaultyService& fixture, const std::string& text) {
  return fixture.service.log().find(text) != std::string::npos;
}

link::Request naming(const std::string& object) {
  link::Request request;
  request.mutable_describe()->add_object(object);
  return request;
}

/// Signatures, listings, probes and SIGHUP all at once.
SigningTally use_in_every_way(const FaultyService& fixture) {
  SigningLoad load(fixture.service.socket(), "apple", fixture.key, 4);
  auto client = fixture.service.connect();
  for (int i = 0; i < 10; ++i) {
    link::Request refresh;
    refresh.mutable_refresh()->add_object(kApple);
    REQUIRE_OK(client.call(refresh));
    REQUIRE(::kill(fixture.service.pid(), SIGHUP) == 0);
    load.wait_for_good(3);
  }
  return load.stop();
}

}  // namespace

TEST_CASE("a module that refuses locks never has two threads inside, whatever is asked of it", "[fault]") {
  const FaultyService fixture({.options = {"probe-interval = 100ms"}, .character = "no-locking"});
  fixture.require_signs();
  CHECK(says(fixture, "with 1 sessions"));
  REQUIRE_OK(fixture.service.connect().call(naming(kApple)));
  const auto tally = use_in_every_way(fixture);
  CHECK(tally.good == tally.sent);
  // A new image treats it in the same way.
  fixture.faults.set_rules({"C_Sign rv=0x32 times=1"});
  CHECK_FALSE(fixture.ask().has_value());
  CHECK(fixture.epoch() == 1);
  REQUIRE_OK(fixture.service.connect().call(naming(kApple)));
  CHECK(use_in_every_way(fixture).good > 0);
  const long signs = fixture.faults.count("C_Sign");
  poll_until("a probe", [&] { return fixture.faults.count("C_Sign") > signs; });
  CHECK(fixture.faults.count("overlaps") == 0);
}

TEST_CASE("two threads inside a module at once are noticed where it may have them", "[fault]") {
  const FaultyService fixture({.rules = {"C_Sign delay=20"}});
  fixture.require_signs();
  CHECK(says(fixture, "with 8 sessions"));
  CHECK(use_in_every_way(fixture).wrong == 0);
  CHECK(fixture.faults.count("overlaps") > 0);
}

TEST_CASE("a module with one session serves signatures, listings and probes in turn", "[fault]") {
  const std::string character = GENERATE(as<std::string>(), "sessions=1", "sessions=1,sessions-told");
  const FaultyService fixture({.options = {"probe-interval = 100ms"}, .character = character});
  fixture.require_signs();
  CHECK(says(fixture, "with 1 sessions"));
  const auto tally = use_in_every_way(fixture);
  CHECK(tally.good == tally.sent);
  // A key that is looked for again takes the one session too.
  fixture.faults.set_rules({"C_SignInit rv=0x82 times=1"});
  const auto reply = fixture.ask();
  REQUIRE_OK(reply);
  CHECK(is_good(*reply, fixture.key));
  CHECK(fixture.epoch() == 0);
  CHECK(fixture.faults.count("C_Login") == 1);
}

TEST_CASE("a module without a free session is absent, and no PIN is tried", "[fault]") {
  const FaultyService fixture({.character = "sessions=0"});
  const auto absent = fixture.service.wait_for(link::ABSENT);
  CHECK(absent.next_try() > 0);
  CHECK(fixture.faults.count("C_Login") == 0);
}

TEST_CASE("a module that says CKR_OK to every C_Initialize serves, and its next image too", "[fault]") {
  const FaultyService fixture({.character = "initializes-again"});
  fixture.require_signs();
  fixture.faults.set_rules({"C_Sign rv=0x32 times=1"});
  CHECK_FALSE(fixture.ask().has_value());
  fixture.require_signs();
  CHECK(fixture.epoch() == 1);
  CHECK(fixture.faults.count("C_Login") == 2);
  // Also where the first survey misses the token and all is taken down once more.
  const FaultyService missed({.character = "initializes-again", .rules = {"C_GetTokenInfo rv=0xE0 times=2"}});
  missed.require_signs();
  CHECK(missed.epoch() == 0);
}

TEST_CASE("a module that wants arguments gets `module-args`, or the operator is told", "[fault]") {
  SECTION("given") {
    const FaultyService fixture({.options = {"module-args = configdir='sql:/nonexistent'"}, .character = "wants-args"});
    fixture.require_signs();
  }
  SECTION("missing") {
    const FaultyService fixture({.character = "wants-args"});
    const auto told = fixture.service.wait_for(link::MISCONFIGURED);
    CHECK(told.message().find("module-args") != std::string::npos);
    CHECK(fixture.faults.count("C_Login") == 0);
  }
  SECTION("given to a module that wants none") {
    const FaultyService fixture({.options = {"module-args = anything"}});
    const auto told = fixture.service.wait_for(link::MISCONFIGURED);
    CHECK(told.message().find("module-args") != std::string::npos);
  }
}

TEST_CASE("a hidden mechanism makes its keys alone unusable, by name of the reason", "[fault]") {
  const FaultyService fixture({.character = "mechanisms=0x1041"});  // CKM_ECDSA, and nothing for RSA
  (void)fixture.hsm.make_key({.label = "rsa", .id_hex = "02", .type = KeyType::rsa});
  fixture.require_signs();
  link::Request refresh;
  refresh.mutable_refresh()->add_object("pkcs11:object=rsa");
  const auto reply = fixture.service.connect().call(refresh);
  REQUIRE_OK(reply);
  const link::Key& rsa = reply->description().key(0);
  CHECK_FALSE(rsa.usable());
  CHECK(rsa.message().find("mechanism") != std::string::npos);
  fixture.require_signs();
  CHECK(fixture.epoch() == 0);
}

TEST_CASE("a key that wants its PIN for each signature is refused by name, and the others are used", "[fault]") {
  const FaultyService fixture({.character = "attribute=0x202:1:touchy"});  // CKA_ALWAYS_AUTHENTICATE
  const PublicKey touchy = fixture.hsm.make_key({.label = "touchy", .id_hex = "02"});
  link::Request refresh;
  refresh.mutable_refresh()->add_object("pkcs11:object=touchy");
  fixture.require_signs();
  const long signs = fixture.faults.count("C_SignInit");
  const auto seen = fixture.service.connect().call(refresh);
  REQUIRE_OK(seen);
  CHECK(seen->description().key(0).always_authenticate());
  CHECK(seen->description().key(0).message().find("CKA_ALWAYS_AUTHENTICATE") != std::string::npos);
  const auto refused = fixture.service.connect().call(sign_request("touchy", touchy));
  REQUIRE_OK(refused);
  CHECK(refused->failure().code() == link::KEY_REFUSED);
  CHECK(fixture.faults.count("C_SignInit") == signs);
  fixture.require_signs();
}

TEST_CASE("a key whose module says it may leave is refused, whatever it was made as", "[fault]") {
  const std::string attribute = GENERATE(as<std::string>(), "0x162:1", "0x103:0");  // EXTRACTABLE, SENSITIVE
  const FaultyService fixture({.character = "attribute=" + attribute + ":apple"});
  fixture.service.wait_for(link::READY);
  const auto refused = fixture.ask();
  REQUIRE_OK(refused);
  CHECK(refused->failure().code() == link::KEY_REFUSED);
  CHECK(fixture.faults.count("C_SignInit") == 0);
}

}  // namespace signet::test
