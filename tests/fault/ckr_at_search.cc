// Bad answers while the token's keys are listed: at start, and when a client asks for a fresh listing.
#include <fmt/format.h>

#include "pkcs11/ckr.h"
#include "tests/fault/ckr_table.h"
#include "tests/fault/faulty_service.h"
#include "tests/support/matchers.h"
#include "tests/support/test_certificate.h"

namespace signet::test {
namespace {

Result<link::Reply> refresh(const FaultyService& fixture) {
  link::Request request;
  request.mutable_refresh();
  return fixture.service.connect().call(std::move(request));
}

}  // namespace

TEST_CASE("a bad answer while keys are listed at start costs one image", "[fault]") {
  ServicesSideBySide services;
  for (const char* function : {"C_FindObjectsInit", "C_FindObjects", "C_GetAttributeValue", "C_FindObjectsFinal",
                               "C_GetMechanismList", "C_GetMechanismInfo"}) {
    services.emplace_front(function, std::vector{std::string(function) + " rv=0x30 times=1"});
  }
  for (const auto& [function, fixture] : services) {
    INFO(function);
    const auto ready = fixture.service.wait_for(link::READY);
    CHECK(ready.epoch() == 1);
    CHECK(ready.key_size() == 1);
    CHECK(fixture.faults.count("C_Login") == 2);
  }
}

TEST_CASE("every class of return value while keys are listed anew, with clients that sign", "[fault]") {
  const std::string function = GENERATE(as<std::string>(), "C_FindObjectsInit", "C_FindObjects", "C_GetAttributeValue");
  const FaultyService fixture;
  fixture.require_signs();
  for (const CkrGroup& group : ckr_groups()) {
    const CK_RV rv = group.codes.front();
    INFO(function << " answered " << pkcs11::ckr_name(rv));
    const auto epoch = fixture.epoch();
    fixture.faults.set_rules({fmt::format("{} rv=0x{:x} times=1", function, rv)});
    SigningLoad load(fixture.service.socket(), "apple", fixture.key, 2);
    const auto reply = refresh(fixture);
    load.wait_for_good(2);
    const auto tally = load.stop();
    CHECK(tally.wrong == 0);
    CHECK(tally.refusals() == 0);
    const bool one_more = group.at_refresh == AtRefresh::new_image;
    CHECK(reply.has_value() != one_more);
    if (reply) {
      CHECK(reply->description().key_size() == 1);
      CHECK(tally.cut == 0);
    }
    CHECK(fixture.epoch() == epoch + (one_more ? 1 : 0));
    // What was left of the search does not stand in the way of the next.
    const auto again = refresh(fixture);
    REQUIRE_OK(again);
    CHECK(again->description().key_size() == 1);
  }
}

TEST_CASE("a listing that finds no keys because the login has gone is a loss, not an empty token", "[fault]") {
  const FaultyService fixture;
  fixture.require_signs();
  fixture.faults.set_rules({"C_FindObjectsInit logout times=1"});
  CHECK_FALSE(refresh(fixture).has_value());
  fixture.require_signs();
  CHECK(fixture.epoch() == 1);
  CHECK(fixture.faults.count("C_Login") == 2);
}

TEST_CASE("a login that goes between two signatures is noticed, and one new login cures it", "[fault]") {
  const std::string function = GENERATE(as<std::string>(), "C_SignInit", "C_Sign");
  const FaultyService fixture;
  fixture.require_signs();
  fixture.faults.set_rules({function + " logout times=1"});
  SigningLoad load(fixture.service.socket(), "apple", fixture.key, 2);
  load.wait_for_good(2);
  poll_until("a new image signs", [&] { return fixture.epoch() == 1; });
  load.wait_for_good(2);
  const auto tally = load.stop();
  CHECK(tally.wrong == 0);
  CHECK(tally.refusals() == 0);
  CHECK(fixture.faults.count("C_Login") == 2);
}

TEST_CASE("what goes wrong while certificates are read is what goes wrong with a listing", "[fault]") {
  const FaultyService fixture;
  const Bytes certificate = certificate_for(fixture.key);
  fixture.hsm.store_certificate("any", "01", certificate);
  fixture.require_signs();
  // The third search and the third object are the certificate's.
  fixture.faults.set_rules({"C_GetAttributeValue rv=0x82 times=1 after=2"});
  const auto removed = refresh(fixture);
  REQUIRE_OK(removed);
  CHECK(removed->description().key(0).certificate() == text_of(certificate));
  CHECK(fixture.epoch() == 0);
  fixture.faults.set_rules({"C_FindObjectsInit rv=0x30 times=1 after=2"});
  CHECK_FALSE(refresh(fixture).has_value());
  fixture.require_signs();
  CHECK(fixture.epoch() == 1);
  const auto again = refresh(fixture);
  REQUIRE_OK(again);
  CHECK(again->description().key(0).certificate() == text_of(certificate));
}

TEST_CASE("a listing that meets an object removed meanwhile is made once more, in the same image", "[fault]") {
  const CK_RV rv = GENERATE(as<CK_RV>(), 0x82, 0x60);
  const FaultyService fixture({.rules = {fmt::format("C_GetAttributeValue rv=0x{:x} times=1", rv)}});
  fixture.require_signs();
  fixture.faults.set_rules({fmt::format("C_GetAttributeValue rv=0x{:x} times=1 after=2", rv)});
  const auto reply = refresh(fixture);
  REQUIRE_OK(reply);
  CHECK(reply->description().key_size() == 1);
  fixture.require_signs();
  CHECK(fixture.epoch() == 0);
  CHECK(fixture.faults.count("C_Login") == 1);
}

}  // namespace signet::test
