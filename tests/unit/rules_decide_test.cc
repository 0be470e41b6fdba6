#include "daemon/rules/decide.h"
#include "tests/unit/rules_fixture.h"

using namespace signet;
using namespace signet::rules;
using namespace std::chrono_literals;

namespace {

Configuration configuration() {
  Configuration built;
  built.keys.emplace("apple", key_of(kAppleKey));
  auto others = key_of(replaced(kAppleKey, "user:ci", "user:eve"));
  others.name = "others";
  built.keys.emplace("others", others);
  auto nobodys = others;
  nobodys.allow.clear();
  built.keys.emplace("nobodys", nobodys);
  built.broken.emplace(
      "broken", BrokenKey{{parse_allow("user:ci", accounts()).value()}, "apple-enterprise", "Its file is wrong."});
  built.broken.emplace("others-broken",
                       BrokenKey{{parse_allow("user:eve", accounts()).value()}, "", "Its file is wrong."});
  return built;
}

}  // namespace

TEST_CASE("A caller gets the key that has an allow line for it") {
  const auto built = configuration();
  const auto key = authorise(built, kCi, "apple");
  REQUIRE_OK(key);
  CHECK(key.value() == &built.keys.at("apple"));
}

TEST_CASE("Unknown, misnamed, forbidden and another's broken keys are refused in the same words") {
  const auto built = configuration();
  const auto unknown = authorise(built, kCi, "unknown");
  REQUIRE_ERROR(unknown, ErrorCode::not_permitted);
  for (const char* name : {"others", "nobodys", "others-broken", "", "Apple", "apple ", "app"}) {
    const auto refused = authorise(built, kCi, name);
    REQUIRE_ERROR(refused, ErrorCode::not_permitted);
    CHECK(refused.error().message == unknown.error().message);
    CHECK(refused.error().retry_after == unknown.error().retry_after);
    CHECK(refused.error().message.find(name) == (*name == '\0' ? 0 : std::string::npos));
  }
  CHECK(unknown.error().detail == "key unknown is unknown");
  CHECK(unknown.error().rule.empty());
  const auto others = authorise(built, kCi, "others");
  CHECK(others.error().detail == R"(key others is not for this caller: allow line 1 "user:eve": uid is 1001)");
  CHECK(others.error().rule == "allow");
  CHECK(authorise(built, kCi, "others-broken").error().rule == "allow");
}

TEST_CASE("A caller's own broken key is unavailable, not forbidden") {
  const auto refused = authorise(configuration(), kCi, "broken");
  REQUIRE_ERROR(refused, ErrorCode::token_unavailable);
  CHECK(refused.error().message == "Its file is wrong.");
}

TEST_CASE("A disabled key is refused, and the officer's reason stays in the log") {
  const DisabledKeys disabled{{"apple", "leaked on 2026-11-01"}};
  const auto refused = check_enabled(disabled, "apple");
  REQUIRE_ERROR(refused, ErrorCode::key_disabled);
  CHECK(refused.error().message.find("leaked") == std::string::npos);
  CHECK(refused.error().detail.find("leaked") != std::string::npos);
  CHECK(check_enabled(disabled, "other"));
}

TEST_CASE("Who may not use a key learns neither that it is disabled nor what claims it takes") {
  const auto built = configuration();
  const DisabledKeys disabled{{"apple", "x"}};
  const auto bad_claims = request_of(R"({"claims":{"iss":"x"},"lifetime":9999})");
  REQUIRE_ERROR(admit(built, disabled, kEve, "apple", bad_claims), ErrorCode::not_permitted);
  REQUIRE_ERROR(admit(built, disabled, kCi, "apple", bad_claims), ErrorCode::key_disabled);
  REQUIRE_ERROR(admit(built, {}, kCi, "apple", bad_claims), ErrorCode::claims_rejected);
  REQUIRE_ERROR(admit(built, {}, kCi, "apple", request_of(R"({"lifetime":9999})")), ErrorCode::lifetime_rejected);
  const auto admitted = admit(built, {}, kCi, "apple", request_of(""));
  REQUIRE_OK(admitted);
  CHECK(admitted.value().plan.key == "apple");
  CHECK(admitted.value().key == &built.keys.at("apple"));
}
