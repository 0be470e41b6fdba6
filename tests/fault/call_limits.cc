// A time limit is one call's: many calls that are each in time may take longer together.
#include <csignal>

#include "tests/fault/faulty_service.h"
#include "tests/support/matchers.h"

namespace signet::test {
namespace {

/// Two objects each, read by one call each.
constexpr int kMoreKeys = 15;
/// Three seconds for all of them.
constexpr const char* kSlowReading = "C_GetAttributeValue delay=100";

void add_keys(FaultyService& fixture) {
  fixture.service.wait_for(link::READY);
  fixture.service.kill();
  for (int i = 0; i < kMoreKeys; ++i) fixture.hsm.make_key({.label = "key-" + std::to_string(i)});
}

}  // namespace

TEST_CASE("a token with many keys opens, though listing them takes longer than start-timeout", "[fault]") {
  FaultyService fixture({.options = {"start-timeout = 1s"}});
  add_keys(fixture);
  fixture.faults.set_rules({kSlowReading});
  fixture.service.start();
  CHECK(fixture.epoch() == 0);
}

TEST_CASE("listing the keys anew may take longer than call-timeout", "[fault]") {
  FaultyService fixture({.options = {"call-timeout = 1s", "probe-interval = off"}});
  add_keys(fixture);
  fixture.service.start();
  fixture.service.wait_for(link::READY);
  fixture.faults.set_rules({kSlowReading});
  REQUIRE(::kill(fixture.service.pid(), SIGHUP) == 0);
  poll_until("the keys are listed anew", [&] {
    return fixture.service.log().find("SIGHUP: the token's keys are listed anew") != std::string::npos;
  });
  CHECK(fixture.epoch() == 0);
}

TEST_CASE("one call of a listing that is late ends the image", "[fault]") {
  FaultyService fixture({.options = {"call-timeout = 1s", "probe-interval = off"}});
  fixture.service.wait_for(link::READY);
  fixture.faults.set_rules({"C_FindObjects hang times=1"});
  REQUIRE(::kill(fixture.service.pid(), SIGHUP) == 0);
  fixture.service.wait_until("a new image is ready", [](const link::Description& seen) {
    return seen.epoch() == 1 && seen.state() == link::READY;
  });
}

}  // namespace signet::test
