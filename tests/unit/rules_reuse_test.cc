#include <set>

#include "daemon/rules/reuse.h"
#include "tests/unit/rules_fixture.h"

using namespace signet;
using namespace signet::rules;
using namespace std::chrono_literals;

namespace {

constexpr WallTime kMade{std::chrono::seconds(1'700'000'000)};

JwtPlan plan(const KeyPolicy& key, const std::string& body = "") {
  auto planned = plan_jwt(key, request_of(body));
  REQUIRE_OK(planned);
  return std::move(planned).value();
}

JwtPlan plan_with(const std::string& lifetime, const std::string& reuse, const std::string& body = "") {
  const auto profile =
      profile_of(R"({"language":1,"title":"t","source":"https://e.test/","algorithms":["ES256"],"lifetime":)" +
                 lifetime + R"(,"reuse":)" + reuse + "}");
  return plan(key_of("token = build\nobject = pkcs11:object=x\nprofile = test\n", {{"test", profile}}), body);
}

std::int64_t longest_age(const JwtPlan& plan) { return reusable_until(plan, kMade) - kMade.time_since_epoch().count(); }

bool reusable_at_age(const JwtPlan& plan, std::chrono::seconds age) {
  return may_reuse(plan, kMade, reusable_until(plan, kMade), kMade + age);
}

Sha256Digest pin(int octet) {
  Sha256Digest digest{};
  digest[0] = static_cast<std::byte>(octet);
  return digest;
}

}  // namespace

TEST_CASE("A JWT is handed out while at least half of the asked lifetime is left") {
  const auto key = key_of(kAppleKey);
  CHECK(longest_age(plan(key)) == 420);
  CHECK(longest_age(plan(key, R"({"lifetime":1140})")) == 570);
  CHECK(longest_age(plan(key, R"({"lifetime":3})")) == 1);
  CHECK(longest_age(plan(key, R"({"lifetime":1})")) == 0);
  CHECK(reusable_at_age(plan(key), 0s));
  CHECK(reusable_at_age(plan(key), 420s));
  CHECK_FALSE(reusable_at_age(plan(key), 421s));
}

TEST_CASE("A JWT from the future is not reused, for the clock stepped back") {
  CHECK_FALSE(reusable_at_age(plan(key_of(kAppleKey)), -1s));
}

TEST_CASE("fresh asks for a new JWT and gets it") {
  const auto fresh = plan(key_of(kAppleKey), R"({"fresh":true})");
  CHECK_FALSE(reusable_at_age(fresh, 0s));
}

TEST_CASE("fresh does not beat the profile's minimum age") {
  const auto apns = plan_with(R"({"expires":false})", R"({"max-age":3000,"min-age":1200})", R"({"fresh":true})");
  CHECK(reusable_at_age(apns, 1199s));
  CHECK_FALSE(reusable_at_age(apns, 1200s));
  const auto ordinary = plan_with(R"({"expires":false})", R"({"max-age":3000,"min-age":1200})");
  CHECK(reusable_at_age(ordinary, 3000s));
  CHECK_FALSE(reusable_at_age(ordinary, 3001s));
}

TEST_CASE("A profile says otherwise how long a JWT is reused") {
  const std::string minute = R"({"default":100,"cap":200})";
  CHECK(longest_age(plan_with(minute, R"({"min-left-percent":75})")) == 25);
  CHECK(longest_age(plan_with(minute, R"({"min-left-percent":0})")) == 99);
  CHECK(longest_age(plan_with(minute, R"({"min-left-percent":100})")) == 0);
  CHECK(longest_age(plan_with(minute, R"({"max-age":7})")) == 7);
  CHECK(longest_age(plan_with(minute, R"({"min-age":80})")) == 80);
  CHECK_FALSE(reusable_at_age(plan_with(minute, R"({"allowed":false})"), 0s));
}

TEST_CASE("A JWT is never reused at or after its expiry") {
  for (const char* reuse : {"{}", R"({"min-left-percent":0})", R"({"min-age":50})", R"({"max-age":5000})"})
    for (int lifetime = 1; lifetime <= 120; ++lifetime)
      REQUIRE(longest_age(plan_with(R"({"default":60,"cap":200})", reuse,
                                    R"({"lifetime":)" + std::to_string(lifetime) + "}")) < lifetime);
}

TEST_CASE("Equal requests have one cache key, however they are written") {
  const auto key = key_of(kAppleKey);
  CHECK(cache_key(plan(key, R"({"lifetime":840,"scope":["GET /v1/a"]})"), pin(1)) ==
        cache_key(plan(key, R"({"claims":{"scope":["GET \/v1\/a"]},"fresh":true})"), pin(1)));
}

TEST_CASE("Whatever makes another JWT makes another cache key") {
  const auto key = key_of(kAppleKey);
  auto other_name = key;
  other_name.name = "apple2";
  auto other_header = key;
  other_header.header_json = R"({"alg":"ES256","kid":"AAAAAAAAAA","typ":"JWT"})";
  auto other_profile = key;
  auto changed = *key.profile;
  changed.digest = pin(9);
  other_profile.profile = std::make_shared<const Profile>(changed);

  const std::vector<Sha256Digest> keys{cache_key(plan(key), pin(1)),
                                       cache_key(plan(key), pin(2)),
                                       cache_key(plan(key, R"({"lifetime":839})"), pin(1)),
                                       cache_key(plan(key, R"({"scope":["GET /v1/a"]})"), pin(1)),
                                       cache_key(plan(key, R"({"scope":["GET /v1/b"]})"), pin(1)),
                                       cache_key(plan(key, R"({"scope":["GET /v1/a","GET /v1/b"]})"), pin(1)),
                                       cache_key(plan(other_name), pin(1)),
                                       cache_key(plan(other_header), pin(1)),
                                       cache_key(plan(other_profile), pin(1))};
  CHECK(std::set(keys.begin(), keys.end()).size() == keys.size());
}

TEST_CASE("A JWT is refreshed in the last fifth of its reuse") {
  const auto refreshed_at_age = [](const JwtPlan& plan, std::chrono::seconds age) {
    return wants_refresh(plan, kMade, reusable_until(plan, kMade), kMade + age);
  };
  const auto apple = plan(key_of(kAppleKey));  // 840 s, handed out for 420 s
  CHECK_FALSE(refreshed_at_age(apple, 335s));
  CHECK(refreshed_at_age(apple, 336s));
  CHECK(refreshed_at_age(apple, 420s));
  const auto without_expiry = plan_with(R"({"expires":false})", R"({"max-age":3000,"min-age":1200})");
  CHECK_FALSE(refreshed_at_age(without_expiry, 2399s));
  CHECK(refreshed_at_age(without_expiry, 2400s));
}

TEST_CASE("A JWT is never refreshed before the profile's minimum age, and not at all where the last fifth is nothing") {
  const auto refreshed_at_age = [](const JwtPlan& plan, std::chrono::seconds age) {
    return wants_refresh(plan, kMade, reusable_until(plan, kMade), kMade + age);
  };
  const auto narrow = plan_with(R"({"expires":false})", R"({"max-age":1300,"min-age":1200})");
  CHECK_FALSE(refreshed_at_age(narrow, 1199s));
  CHECK(refreshed_at_age(narrow, 1200s));
  const auto fresh = plan_with(R"({"expires":false})", R"({"max-age":3000,"min-age":1200})", R"({"fresh":true})");
  CHECK_FALSE(refreshed_at_age(fresh, 1199s));
  const auto brief = plan(key_of(kAppleKey), R"({"lifetime":9})");
  for (auto age = 0s; age <= 5s; ++age) CHECK_FALSE(refreshed_at_age(brief, age));
  const auto single_use = plan_with(R"({"default":100,"cap":200})", R"({"allowed":false})");
  CHECK_FALSE(refreshed_at_age(single_use, 0s));
}
