// How signet-token finds out that its token still signs, what it repairs in place, and what it keeps of its signatures.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "proto/sha256.h"
#include "tests/support/fault_control.h"
#include "tests/support/matchers.h"
#include "tests/support/sign_request.h"
#include "tests/support/token_process.h"

namespace signet::test {
namespace {

constexpr const char* kNoProbes = "probe-interval = off";

struct Fixture {
  explicit Fixture(std::vector<std::string> options)
      : key(hsm.make_key({.label = "apple"})),
        faults(hsm),
        service(
            hsm,
            {.module = FaultControl::module(), .environment = faults.environment(), .options = std::move(options)}) {
    service.wait_for(link::READY);
  }
  link::Reply ask() { return service.connect().call(sign_request("apple", key)).value(); }
  /// As signetd names its keys.
  void name_key(bool may_probe) {
    link::Request request;
    request.mutable_describe()->add_object("pkcs11:object=apple");
    if (!may_probe) request.mutable_describe()->add_unprobed("pkcs11:object=apple");
    REQUIRE_OK(service.connect().call(request));
  }
  std::string record() const {
    std::ifstream file(service.state_directory() + "/signed.jsonl");
    return {std::istreambuf_iterator<char>(file), {}};
  }

  SoftHsm hsm;
  PublicKey key;
  FaultControl faults;
  TokenProcess service;
};

}  // namespace

TEST_CASE("a handle that has gone bad is looked up again, without a new image or login", "[fault]") {
  Fixture fixture({kNoProbes});
  const std::string code = GENERATE(as<std::string>(), "0x82", "0x60");
  fixture.faults.set_rules({"C_SignInit rv=" + code + " times=1"});
  CHECK(is_good(fixture.ask(), fixture.key));
  CHECK(fixture.service.wait_for(link::READY).epoch() == 0);
  CHECK(fixture.faults.count("C_Login") == 1);
  CHECK(fixture.faults.count("C_SignInit") == 2);
}

TEST_CASE("a handle that stays bad is a loss", "[fault]") {
  Fixture fixture({kNoProbes});
  fixture.faults.set_rules({"C_SignInit rv=0x82 times=2"});
  CHECK_FALSE(fixture.service.connect().call(sign_request("apple", fixture.key)).has_value());
  CHECK(fixture.service.wait_for(link::READY).epoch() == 1);
  CHECK(is_good(fixture.ask(), fixture.key));
}

TEST_CASE("a bad signature never leaves; the first degrades the token, a second one in a row ends the image",
          "[fault]") {
  Fixture fixture({kNoProbes});
  fixture.faults.set_rules({"C_Sign corrupt times=2"});
  CHECK(fixture.ask().failure().code() == link::SIGNATURE_BAD);
  CHECK(fixture.service.wait_for(link::DEGRADED).epoch() == 0);
  CHECK_FALSE(fixture.service.connect().call(sign_request("apple", fixture.key)).has_value());
  CHECK(fixture.service.wait_for(link::READY).epoch() == 1);
  CHECK(is_good(fixture.ask(), fixture.key));
}

TEST_CASE("one bad signature is followed by a probe, and a good one makes the token ready again", "[fault]") {
  Fixture fixture({"probe-interval = 200ms"});
  fixture.name_key(true);
  fixture.faults.set_rules({"C_Sign corrupt times=1"});
  fixture.service.wait_until(
      "a bad probe or a bad answer has been seen and mended",
      [&](const link::Description& seen) { return fixture.faults.count("rule.0") > 1 && seen.state() == link::READY; });
  CHECK(fixture.service.wait_for(link::READY).epoch() == 0);
}

TEST_CASE("an idle token that has silently gone is found out, and opened again, before anybody asks", "[fault]") {
  Fixture fixture({"probe-interval = 200ms"});
  fixture.name_key(true);
  fixture.faults.set_rules({"C_Sign rv=0x05 times=1"});
  fixture.service.wait_until("a new image is ready", [](const link::Description& seen) {
    return seen.epoch() == 1 && seen.state() == link::READY;
  });
  CHECK(fixture.faults.count("C_Login") == 2);
}

TEST_CASE("a token that was taken away while it was idle is absent before anybody asks", "[fault]") {
  Fixture fixture({"probe-interval = 200ms"});
  fixture.name_key(true);
  const std::string tokens = fixture.hsm.token_directory();
  std::filesystem::rename(tokens, tokens + ".away");
  std::filesystem::create_directory(tokens);
  fixture.service.wait_for(link::ABSENT);
  std::filesystem::remove(tokens);
  std::filesystem::rename(tokens + ".away", tokens);
  fixture.service.wait_for(link::READY);
  CHECK(is_good(fixture.ask(), fixture.key));
}

TEST_CASE("a key that is not to be probed is not, and the token is asked for a random number instead", "[fault]") {
  Fixture fixture({"probe-interval = 100ms"});
  fixture.name_key(false);
  poll_until("probes were made", [&] { return fixture.faults.count("C_GenerateRandom") > 3; });
  CHECK(fixture.faults.count("C_Sign") == 0);
  fixture.name_key(true);
  poll_until("the key is probed", [&] { return fixture.faults.count("C_Sign") > 1; });
}

TEST_CASE("a token that every image loses is absent, says when it is tried again, and keeps nobody waiting",
          "[fault]") {
  Fixture fixture({"probe-interval = 100ms"});
  fixture.name_key(true);
  poll_until("the token has signed", [&] { return fixture.faults.count("C_Sign") > 0; });
  // The login is good and its record cleared; what follows it fails, image after image.
  fixture.faults.set_rules({"C_Sign rv=0x30 times=1", "C_FindObjectsInit rv=0x30"});
  const auto absent = fixture.service.wait_for(link::ABSENT);
  CHECK(absent.next_try() > 0);
  CHECK_FALSE(absent.message().empty());
  const auto refused = fixture.ask();
  CHECK(refused.failure().code() == link::TOKEN_UNAVAILABLE);
  CHECK(refused.failure().state() == link::ABSENT);
  fixture.faults.set_rules({});
  fixture.service.wait_for(link::READY);
  CHECK(is_good(fixture.ask(), fixture.key));
}

TEST_CASE("each signature has its line in the record, by its hashes", "[fault]") {
  Fixture fixture({kNoProbes});
  for (int i = 0; i < 3; ++i) CHECK(is_good(fixture.ask(), fixture.key));
  const std::string record = fixture.record();
  CHECK(std::ranges::count(record, '\n') == 3);
  CHECK(record.find(hex(sha256(bytes_of(jws_input(Algorithm::es256, "build-1"))))) != std::string::npos);
  CHECK(record.find(hex(fixture.key.spki_sha256())) != std::string::npos);
  CHECK(record.find(jws_input(Algorithm::es256, "build-1")) == std::string::npos);
}

TEST_CASE("no line, no signature", "[fault]") {
  Fixture fixture({kNoProbes});
  const std::string path = fixture.service.state_directory() + "/signed.jsonl";
  std::filesystem::create_directory(path);
  const auto refused = fixture.ask();
  CHECK(refused.failure().code() == link::RECORD_UNAVAILABLE);
  CHECK(refused.failure().message().find('/') == std::string::npos);
  std::filesystem::remove(path);
  CHECK(is_good(fixture.ask(), fixture.key));
}

TEST_CASE("max-rate holds whatever is asked, and is counted before the token is asked", "[fault]") {
  Fixture fixture({kNoProbes, "max-rate = 3/h"});
  for (int i = 0; i < 3; ++i) CHECK(is_good(fixture.ask(), fixture.key));
  for (int i = 0; i < 3; ++i) CHECK(fixture.ask().failure().code() == link::RATE_EXCEEDED);
  CHECK(fixture.faults.count("C_Sign") == 3);
}

}  // namespace signet::test
