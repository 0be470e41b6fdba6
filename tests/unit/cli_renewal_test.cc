#include "cli/signet/renewal.h"
#include "tests/support/catch.h"

namespace signet::cli {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kNow{1'700'000'000s};

/// A JWT of which so many seconds of reuse and of life are left at kNow.
TokenAnswer held(std::int64_t reusable, std::optional<std::int64_t> lives) {
  const std::int64_t now = kNow.time_since_epoch().count();
  TokenAnswer answer;
  answer.reusable_until = now + reusable;
  if (lives) answer.expires_at = now + *lives;
  return answer;
}

TEST_CASE("a JWT is renewed just after its last second of reuse") {
  CHECK(next_renewal(held(420, 840), kNow) == kNow + 421s);
  CHECK(next_renewal(held(0, 420), kNow) == kNow + 1s);
}

TEST_CASE("one that is handed out once only is renewed half-way through what is left") {
  CHECK(next_renewal(held(-1, 300), kNow) == kNow + 150s);
  CHECK(next_renewal(held(-1, 1), kNow) == kNow + 1s);
}

TEST_CASE("one without an expiry is renewed when the service would no longer hand it out") {
  CHECK(next_renewal(held(3000, std::nullopt), kNow) == kNow + 3001s);
  CHECK(next_renewal(held(-5, std::nullopt), kNow) == kNow + 1s);
}

TEST_CASE("no renewal is asked for in the same second, so that a wrong answer makes no storm") {
  for (const auto& answer : {held(-1000, -500), held(-1, -1), held(-1, 0), held(-100, std::nullopt)})
    CHECK(next_renewal(answer, kNow) == kNow + 1s);
}

TEST_CASE("a JWT expires at its exp, one without never") {
  CHECK(has_expired(held(0, 0), kNow));
  CHECK_FALSE(has_expired(held(0, 1), kNow));
  CHECK_FALSE(has_expired(held(-1000, std::nullopt), kNow));
}

TEST_CASE("a renewal takes no longer than the held JWT lives") {
  CHECK(renewal_timeout(held(0, 7), kNow, 30s) == 7s);
  CHECK(renewal_timeout(held(0, 420), kNow, 30s) == 30s);
  CHECK(renewal_timeout(held(0, 420), kNow, 1500ms) == 1500ms);
  CHECK(renewal_timeout(held(-9, -1), kNow, 30s) == 1s);
  CHECK(renewal_timeout(held(-9, 0), kNow, 200ms) == 200ms);
  CHECK(renewal_timeout(held(0, std::nullopt), kNow, 30s) == 30s);
}

TEST_CASE("pauses double up to a minute, and the service's own word counts more") {
  CHECK(retry_pause(1, std::nullopt) == 1s);
  CHECK(retry_pause(2, std::nullopt) == 2s);
  CHECK(retry_pause(6, std::nullopt) == 32s);
  CHECK(retry_pause(7, std::nullopt) == 60s);
  CHECK(retry_pause(1'000'000, std::nullopt) == 60s);
  CHECK(retry_pause(1, 300s) == 300s);
  CHECK(retry_pause(1, 0s) == 1s);
}

}  // namespace
}  // namespace signet::cli
