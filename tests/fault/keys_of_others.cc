// Keys come, go and change by the hands of other processes; and what `verify` does about a token that signs badly.
#include <thread>

#include "tests/fault/faulty_service.h"
#include "tests/support/matchers.h"

namespace signet::test {
namespace {

link::Description refresh(const FaultyService& fixture) {
  link::Request request;
  request.mutable_refresh();
  const auto reply = fixture.service.connect().call(request);
  REQUIRE_OK(reply);
  return reply->description();
}

void check_refused(const Result<link::Reply>& reply, link::FailureCode code) {
  REQUIRE_OK(reply);
  CHECK(reply->failure().code() == code);
}

}  // namespace

TEST_CASE("refresh sees keys that another process made or removed, without a new image or login", "[fault]") {
  const FaultyService fixture;
  fixture.require_signs();
  const PublicKey other = fixture.hsm.make_key({.label = "other", .id_hex = "02"});
  CHECK(refresh(fixture).key_size() == 2);
  auto client = fixture.service.connect();
  const auto reply = client.call(sign_request("other", other));
  REQUIRE_OK(reply);
  CHECK(is_good(*reply, other));
  fixture.hsm.remove_key("other");
  CHECK(refresh(fixture).key_size() == 1);
  check_refused(client.call(sign_request("other", other)), link::NO_SUCH_KEY);
  fixture.require_signs();
  CHECK(fixture.epoch() == 0);
  CHECK(fixture.faults.count("C_Login") == 1);
}

TEST_CASE("a listing that takes long does not undo one that began later", "[fault]") {
  const FaultyService fixture({.options = {"probe-interval = off"}});
  fixture.require_signs();
  const long searches = fixture.faults.count("C_FindObjectsFinal");
  // Held up once it has found the private keys there are.
  fixture.faults.set_rules({"C_FindObjectsFinal after=1 times=1 delay=1500"});
  auto client = fixture.service.connect();
  std::jthread slow([&client] {
    link::Request request;
    request.mutable_refresh();
    (void)client.call(request);
  });
  poll_until("the listing is held up", [&] { return fixture.faults.count("C_FindObjectsFinal") == searches + 2; });
  (void)fixture.hsm.make_key({.label = "other", .id_hex = "02"});
  (void)refresh(fixture);
  slow.join();
  const auto seen = fixture.service.connect().describe();
  REQUIRE_OK(seen);
  CHECK(seen->key_size() == 2);
}

TEST_CASE("a key that another process removed is missed at once, and costs no other key anything", "[fault]") {
  const FaultyService fixture;
  const PublicKey other = fixture.hsm.make_key({.label = "other", .id_hex = "02"});
  CHECK(refresh(fixture).key_size() == 2);
  SigningLoad load(fixture.service.socket(), "apple", fixture.key, 2);
  load.wait_for_good(2);
  fixture.hsm.remove_key("other");
  check_refused(fixture.service.connect().call(sign_request("other", other)), link::NO_SUCH_KEY);
  load.wait_for_good(2);
  const auto tally = load.stop();
  CHECK(tally.good == tally.sent);
  CHECK(fixture.epoch() == 0);
}

TEST_CASE("a key replaced under its label is noticed by its public key, listed anew or not", "[fault]") {
  const bool listed_anew = GENERATE(false, true);
  const bool keeps_public_object = GENERATE(true, false);
  INFO((listed_anew ? "listed anew" : "not listed anew") << (keeps_public_object ? "" : ", without a public object"));
  const FaultyService fixture;
  fixture.require_signs();
  fixture.hsm.remove_key("apple");
  const PublicKey next = fixture.hsm.make_key({.label = "apple", .keep_public_object = keeps_public_object});
  if (listed_anew) (void)refresh(fixture);
  // The key file's pin is the old key; where the token shows no public key, the file has to carry it whole.
  auto request = sign_request("apple", fixture.key);
  request.mutable_sign()->set_spki(std::string(text_of(fixture.key.spki())));
  check_refused(fixture.service.connect().call(request), link::KEY_CHANGED);
  // With the new one written into the key file it serves.
  auto corrected = sign_request("apple", next);
  corrected.mutable_sign()->set_spki(std::string(text_of(next.spki())));
  const auto reply = fixture.service.connect().call(corrected);
  REQUIRE_OK(reply);
  CHECK(is_good(*reply, next));
  CHECK(fixture.epoch() == 0);
}

TEST_CASE("verify = always hands out nothing that does not verify, under load and for as long as it lasts", "[fault]") {
  const FaultyService fixture;
  fixture.require_signs();
  fixture.faults.set_rules({"C_Sign corrupt"});
  SigningLoad load(fixture.service.socket(), "apple", fixture.key, 3);
  poll_until("an image is given up", [&] { return fixture.faults.count("C_Login") >= 2; });
  CHECK(load.tally().good == 0);
  fixture.faults.set_rules({});
  load.wait_for_good(2);
  CHECK(load.stop().wrong == 0);
  fixture.service.wait_for(link::READY);
}

TEST_CASE("verify = first checks a key's first signature in each image, and trusts it from then on", "[fault]") {
  const FaultyService fixture({.options = {"verify = first", "probe-interval = off"}});
  fixture.service.wait_for(link::READY);
  fixture.faults.set_rules({"C_Sign corrupt times=1"});
  check_refused(fixture.ask(), link::SIGNATURE_BAD);
  fixture.require_signs();
  fixture.faults.set_rules({"C_Sign corrupt times=1"});
  const auto unchecked = fixture.ask();
  REQUIRE_OK(unchecked);
  CHECK(unchecked->has_signature());
  CHECK_FALSE(is_good(*unchecked, fixture.key));
  // A new image checks again.
  fixture.faults.set_rules({"C_Sign rv=0x32 times=1"});
  CHECK_FALSE(fixture.ask().has_value());
  fixture.service.wait_for(link::READY);
  fixture.faults.set_rules({"C_Sign corrupt times=1"});
  check_refused(fixture.ask(), link::SIGNATURE_BAD);
  fixture.require_signs();
}

TEST_CASE("verify = never hands out what the token gives, as long as it is of the right length", "[fault]") {
  const FaultyService fixture({.options = {"verify = never", "probe-interval = off"}});
  fixture.service.wait_for(link::READY);
  fixture.faults.set_rules({"C_Sign corrupt times=1"});
  const auto unchecked = fixture.ask();
  REQUIRE_OK(unchecked);
  CHECK(unchecked->has_signature());
  CHECK_FALSE(is_good(*unchecked, fixture.key));
  fixture.require_signs();
}

}  // namespace signet::test
