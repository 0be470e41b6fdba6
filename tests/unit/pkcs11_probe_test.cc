#include <thread>

#include "pkcs11/probe.h"
#include "pkcs11/probe_schedule.h"
#include "proto/jws.h"
#include "tests/support/catch.h"

namespace signet::pkcs11 {
namespace {

using namespace std::chrono_literals;

const ProbeView::Time kOpened{std::chrono::hours(1)};

}  // namespace

TEST_CASE("an idle token is probed once it has been idle for the interval", "[pkcs11]") {
  ProbeView view{.last_use = kOpened, .proven = true, .has_keys = true};
  CHECK(next_probe(view, 15s) == kOpened + 15s);
  view.last_probe = kOpened + 15s;
  CHECK(next_probe(view, 15s) == kOpened + 30s);
  view.last_use = kOpened + 20s;
  CHECK(next_probe(view, 15s) == kOpened + 35s);
}

TEST_CASE("an image that has not signed yet is probed as soon as it may be, once", "[pkcs11]") {
  ProbeView view{.last_use = kOpened};
  CHECK(next_probe(view, 15s) == kOpened + 15s);
  view.last_probe = kOpened + 15s;  // by a random number: that proves nothing
  view.has_keys = true;
  CHECK(next_probe(view, 15s) == kOpened);
  view.tried = true;
  CHECK(next_probe(view, 15s) == kOpened + 30s);
}

TEST_CASE("a token whose last signature was bad is asked again after a second", "[pkcs11]") {
  ProbeView view{.last_use = kOpened, .last_probe = kOpened + 2s, .proven = true, .troubled = true, .has_keys = true};
  CHECK(next_probe(view, 15s) == kOpened + 3s);
  CHECK(next_probe(view, 100ms) == kOpened + 2s + 100ms);
  view.has_keys = false;
  CHECK(next_probe(view, 15s) == kOpened + 17s);
}

TEST_CASE("probes go round the keys that clients named and did not forbid", "[pkcs11]") {
  ProbeSchedule schedule(100ms);
  CHECK_FALSE(schedule.proven());
  const std::vector<std::string> objects{"pkcs11:object=a", "pkcs11:object=counted", "pkcs11:object=b"};
  schedule.want(objects, std::vector<std::string>{"pkcs11:object=counted"});
  schedule.opened();
  CHECK(schedule.wait_until_due() == "pkcs11:object=a");
  CHECK(schedule.wait_until_due() == "pkcs11:object=b");
  CHECK(schedule.wait_until_due() == "pkcs11:object=a");
  schedule.want(objects, objects);
  CHECK(schedule.wait_until_due().empty());
  schedule.used();
  CHECK(schedule.proven());
}

TEST_CASE("a key that is named while the schedule waits is probed without waiting for the interval", "[pkcs11]") {
  ProbeSchedule schedule(10h);
  schedule.opened();
  std::string probed;
  std::thread prober([&] { probed = schedule.wait_until_due(); });
  schedule.want(std::vector<std::string>{"pkcs11:object=a"}, {});
  prober.join();
  CHECK(probed == "pkcs11:object=a");
}

TEST_CASE("what a probe signs can never be a JWS signing input, and is never the same twice", "[pkcs11]") {
  const Bytes message = probe_message();
  CHECK(message.size() == 29);
  CHECK(message != probe_message());
  for (const AlgorithmInfo& info : all_algorithms())
    CHECK_FALSE(check_signing_input(text_of(message), info.algorithm).has_value());
  CHECK(text_of(message).find('\0') != std::string_view::npos);
}

}  // namespace signet::pkcs11
