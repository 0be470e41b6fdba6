// A key that does not sign as it should is that key's trouble, and not the token's.
#include "tests/fault/faulty_service.h"
#include "tests/support/matchers.h"
#include "tests/support/run_program.h"

namespace signet::test {
namespace {

/// "mix" is a private key beside the public object of another, as a replacement leaves it that was never finished;
/// "apple" is in order.
struct HalfReplaced {
  HalfReplaced() {
    output_of({"pkcs11-tool", "--module", softhsm_module(), "--token-label", hsm.label(), "--login", "--pin", hsm.pin(),
               "--delete-object", "--type", "privkey", "--label", "mix"});
    hsm.make_key({.label = "mix", .id_hex = "02", .keep_public_object = false});
    service.emplace(hsm, TokenProcessSpec{.options = {"probe-interval = off"}});
    service->wait_for(link::READY);
    link::Request request;
    for (const char* label : {"apple", "mix"})
      request.mutable_describe()->add_object(std::string("pkcs11:object=") + label);
    REQUIRE_OK(service->connect().call(request));
  }
  link::Reply ask(const std::string& label, const PublicKey& key) const {
    return service->connect().call(sign_request(label, key)).value();
  }

  SoftHsm hsm;
  PublicKey apple = hsm.make_key({.label = "apple", .id_hex = "01"});
  PublicKey mix = hsm.make_key({.label = "mix", .id_hex = "02"});
  std::optional<TokenProcess> service{};
};

}  // namespace

TEST_CASE("a key whose signatures do not verify is refused alone, and costs the others nothing", "[fault]") {
  const HalfReplaced token;
  for (int i = 0; i < 20; ++i) {
    const auto bad = token.ask("mix", token.mix);
    REQUIRE(bad.has_failure());
    if (i > 1) CHECK(bad.failure().code() == link::KEY_REFUSED);
    if (i % 4 == 3) CHECK(is_good(token.ask("apple", token.apple), token.apple));
  }
  CHECK(token.service->wait_for(link::READY).epoch() == 0);
  const auto mix = token.service->connect().describe("pkcs11:object=mix");
  REQUIRE_OK(mix);
  CHECK_FALSE(mix->key(0).usable());
  CHECK(mix->key(0).message().find("operator") != std::string::npos);
  CHECK(token.service->connect().describe("pkcs11:object=apple").value().key(0).usable());
}

TEST_CASE("a key beside two public keys of its id is not used, and says why", "[fault]") {
  const SoftHsm hsm;
  const PublicKey old = hsm.make_key({.label = "apple", .id_hex = "01"});
  output_of({"pkcs11-tool", "--module", softhsm_module(), "--token-label", hsm.label(), "--login", "--pin", hsm.pin(),
             "--delete-object", "--type", "privkey", "--label", "apple"});
  hsm.make_key({.label = "apple", .id_hex = "01"});
  const TokenProcess service(hsm, {});
  service.wait_for(link::READY);
  const auto described = service.connect().describe("pkcs11:object=apple");
  REQUIRE_OK(described);
  CHECK_FALSE(described->key(0).usable());
  CHECK(described->key(0).message().find("several public keys") != std::string::npos);
  CHECK(service.connect().call(sign_request("apple", old)).value().failure().code() == link::KEY_REFUSED);
}

TEST_CASE("a key that the token refuses to use, time and again, is named; one that it uses again is used again",
          "[fault]") {
  const FaultyService fixture({.options = {"probe-interval = off"}});
  fixture.require_signs();
  const std::string code = GENERATE(as<std::string>(), "0x68", "0xA4", "0x54");
  fixture.faults.set_rules({"C_Sign call rv=" + code});
  for (int i = 0; i < 4; ++i) CHECK_FALSE(fixture.ask().value().has_signature());
  CHECK_FALSE(fixture.service.connect().describe("pkcs11:object=apple").value().key(0).usable());
  CHECK(fixture.epoch() == 0);
  fixture.faults.set_rules({});
  fixture.require_signs();
  CHECK(fixture.service.connect().describe("pkcs11:object=apple").value().key(0).usable());
}

TEST_CASE("a key that the token refuses to use is named also where another key signs", "[fault]") {
  const FaultyService fixture({.options = {"probe-interval = off"}});
  const PublicKey other = fixture.hsm.make_key({.label = "other", .id_hex = "02"});
  link::Request refresh;
  refresh.mutable_refresh()->add_object("pkcs11:object=other");
  REQUIRE_OK(fixture.service.connect().call(refresh));
  CHECK(is_good(fixture.service.connect().call(sign_request("other", other)).value(), other));
  fixture.faults.set_rules({"C_Sign call rv=0x68"});
  for (int i = 0; i < 4; ++i) CHECK_FALSE(fixture.ask().value().has_signature());
  CHECK_FALSE(fixture.service.connect().describe("pkcs11:object=apple").value().key(0).usable());
  fixture.faults.set_rules({});
  CHECK(is_good(fixture.service.connect().call(sign_request("other", other)).value(), other));
  CHECK(fixture.epoch() == 0);
}

TEST_CASE("verify = first verifies again after the keys were listed anew", "[fault]") {
  SoftHsm hsm;
  const PublicKey old = hsm.make_key({.label = "apple", .id_hex = "01"});
  const TokenProcess service(hsm, {.options = {"verify = first", "probe-interval = off"}});
  poll_until("signet-token signs", [&] {
    const auto reply = service.connect().call(sign_request("apple", old));
    return reply.has_value() && is_good(*reply, old);
  });
  output_of({"pkcs11-tool", "--module", softhsm_module(), "--token-label", hsm.label(), "--login", "--pin", hsm.pin(),
             "--delete-object", "--type", "privkey", "--label", "apple"});
  hsm.make_key({.label = "apple", .id_hex = "01", .keep_public_object = false});
  for (int i = 0; i < 3; ++i) {
    const auto reply = service.connect().call(sign_request("apple", old));
    CHECK_FALSE((reply.has_value() && reply->has_signature()));
  }
}

}  // namespace signet::test
