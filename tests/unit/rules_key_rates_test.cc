#include "daemon/rules/key_rates.h"
#include "tests/unit/rules_fixture.h"

using namespace signet;
using namespace signet::rules;
using namespace std::chrono_literals;

namespace {

constexpr uid_t kOne = 1001;
constexpr uid_t kOther = 1002;
constexpr auto kFresh = KeyRates::Answer::fresh;
constexpr auto kCached = KeyRates::Answer::cached;

KeyPolicy limited(const std::string& lines) { return key_of(kAppleKey + lines); }

void check_refused(const Result<void>& outcome, const std::string& rule, std::chrono::seconds wait) {
  REQUIRE_ERROR(outcome, ErrorCode::rate_limited);
  CHECK(outcome.error().rule == rule);
  CHECK(outcome.error().retry_after == wait);
  CHECK(outcome.error().message.find("apple") == std::string::npos);
}

}  // namespace

TEST_CASE("Each caller has its own count") {
  const auto key = limited("rate = 2/min, 3/h\n");
  KeyRates rates;
  CHECK(rates.count(key, kOne, kFresh, 1000s));
  CHECK(rates.count(key, kOne, kFresh, 1010s));
  check_refused(rates.count(key, kOne, kFresh, 1010s), "rate 2/min", 50s);
  CHECK(rates.count(key, kOther, kFresh, 1010s));
  CHECK(rates.count(key, kOne, kFresh, 1060s));
  check_refused(rates.count(key, kOne, kFresh, 1300s), "rate 3/h", 3300s);
  CHECK(rates.count(key, kOne, kFresh, 4600s));
}

TEST_CASE("The refusal names the caller and the rule in the log alone") {
  const auto key = limited("rate = 1/min\n");
  KeyRates rates;
  CHECK(rates.count(key, kOne, kFresh, 1000s));
  const auto refused = rates.count(key, kOne, kFresh, 1000s);
  check_refused(refused, "rate 1/min", 60s);
  CHECK(refused.error().detail == "key apple is over rate 1/min for uid 1001");
}

TEST_CASE("rate-total counts all callers together, and what one limit refuses counts in no other") {
  const auto key = limited("rate = 2/min\nrate-total = 3/h\n");
  KeyRates rates;
  CHECK(rates.count(key, kOne, kFresh, 1000s));
  CHECK(rates.count(key, kOne, kFresh, 1000s));
  for (int i = 0; i < 20; ++i) check_refused(rates.count(key, kOne, kFresh, 1000s), "rate 2/min", 60s);
  CHECK(rates.count(key, kOther, kFresh, 1010s));
  check_refused(rates.count(key, kOther, kFresh, 1010s), "rate-total 3/h", 3590s);
  check_refused(rates.count(key, kOne, kFresh, 1100s), "rate-total 3/h", 3500s);
  // Refused by the total, it did not use up its own two.
  CHECK(rates.count(key, kOther, kFresh, 4600s));
  CHECK(rates.count(key, kOther, kFresh, 4600s));
}

TEST_CASE("rate-total stands without rate too") {
  const auto key = limited("rate-total = 1/min\n");
  KeyRates rates;
  CHECK(rates.count(key, kOne, kFresh, 1000s));
  check_refused(rates.count(key, kOther, kFresh, 1000s), "rate-total 1/min", 60s);
}

TEST_CASE("A cached answer counts like any other where nothing else is said") {
  const auto key = limited("rate = 1/min\nrate-total = 2/min\n");
  KeyRates rates;
  CHECK(rates.count(key, kOne, kCached, 1000s));
  check_refused(rates.count(key, kOne, kCached, 1000s), "rate 1/min", 60s);
  CHECK(rates.count(key, kOther, kCached, 1000s));
  check_refused(rates.count(key, 1003, kFresh, 1000s), "rate-total 2/min", 60s);
}

TEST_CASE("With rate-cached, cached answers count there and nowhere else") {
  const auto key = limited("rate = 1/min\nrate-total = 1/min\nrate-cached = 3/min\n");
  KeyRates rates;
  for (int i = 0; i < 3; ++i) CHECK(rates.count(key, kOne, kCached, 1000s));
  check_refused(rates.count(key, kOne, kCached, 1000s), "rate-cached 3/min", 60s);
  CHECK(rates.count(key, kOther, kCached, 1000s));
  CHECK(rates.count(key, kOne, kFresh, 1000s));
  check_refused(rates.count(key, kOne, kFresh, 1000s), "rate 1/min", 60s);
}

TEST_CASE("A key without limits is never refused") {
  const auto key = limited("");
  KeyRates rates;
  for (int i = 0; i < 1000; ++i) {
    CHECK(rates.count(key, kOne, kFresh, 1000s));
    CHECK(rates.count(key, kOne, kCached, 1000s));
  }
}

TEST_CASE("Somebody who may become many users gains no more than one further count") {
  const auto key = limited("rate = 1/min\n");
  KeyRates rates;
  for (uid_t uid = 0; uid < KeyRates::kMaxCallers; ++uid) CHECK(rates.count(key, 100'000 + uid, kFresh, 1000s));
  CHECK(rates.count(key, 200'000, kFresh, 1000s));
  for (uid_t uid = 200'000; uid < 201'000; ++uid)
    check_refused(rates.count(key, uid, kFresh, 1000s), "rate 1/min", 60s);
  check_refused(rates.count(key, 100'000, kFresh, 1000s), "rate 1/min", 60s);
  // Once the earlier ones count no more, there is room again.
  CHECK(rates.count(key, 200'001, kFresh, 1060s));
  CHECK(rates.count(key, 200'002, kFresh, 1060s));
}

TEST_CASE("A reload keeps what was counted under limits that stay") {
  KeyRates rates;
  CHECK(rates.count(limited("rate = 1/min\n"), kOne, kFresh, 1000s));
  check_refused(rates.count(limited("rate = 1/min, 5/day\n"), kOne, kFresh, 1000s), "rate 1/min", 60s);
  CHECK(rates.count(limited("rate = 2/min\nrate-total = 9/s\n"), kOne, kFresh, 1000s));
  check_refused(rates.count(limited("rate = 2/min\n"), kOne, kFresh, 1000s), "rate 2/min", 60s);
}

TEST_CASE("What is given back makes room again, for the caller and for all") {
  const auto key = limited("rate = 2/min, 200/h\nrate-total = 3/h\n");
  KeyRates rates;
  CHECK(rates.count(key, kOne, kFresh, 1000s));
  CHECK(rates.count(key, kOne, kFresh, 1010s));
  rates.give_back(key, kOne, kFresh, 1010s);
  CHECK(rates.count(key, kOne, kFresh, 1020s));
  check_refused(rates.count(key, kOne, kFresh, 1020s), "rate 2/min", 40s);
  CHECK(rates.count(key, kOther, kFresh, 1020s));
  check_refused(rates.count(key, kOther, kFresh, 1020s), "rate-total 3/h", 3580s);
  rates.give_back(key, kOther, kFresh, 1020s);
  CHECK(rates.count(key, kOther, kFresh, 1030s));
  // What has left the window is not taken from another request.
  CHECK(rates.count(key, kOther, kFresh, 9000s));
  rates.give_back(key, kOther, kFresh, 1030s);
  CHECK(rates.count(key, kOther, kFresh, 9000s));
  check_refused(rates.count(key, kOther, kFresh, 9000s), "rate 2/min", 60s);
}

TEST_CASE("A high limit gives back one request of those that it counts together") {
  const auto key = limited("rate = 100/min\n");
  KeyRates rates;
  for (int i = 0; i < 100; ++i) CHECK(rates.count(key, kOne, kFresh, 1000s));
  rates.give_back(key, kOne, kFresh, 1000s);
  CHECK(rates.count(key, kOne, kFresh, 1000s));
  CHECK_FALSE(rates.count(key, kOne, kFresh, 1000s));
}

TEST_CASE("A cached answer gives back what it counted in") {
  const auto key = limited("rate = 1/min\nrate-cached = 1/min\n");
  KeyRates rates;
  CHECK(rates.count(key, kOne, kFresh, 1000s));
  CHECK(rates.count(key, kOne, kCached, 1000s));
  rates.give_back(key, kOne, kCached, 1000s);
  CHECK_FALSE(rates.count(key, kOne, kFresh, 1000s));
  CHECK(rates.count(key, kOne, kCached, 1000s));
}
