#include "daemon/rules/claims.h"
#include "tests/unit/rules_fixture.h"

using namespace signet;
using namespace signet::rules;
using namespace std::chrono_literals;

namespace {

constexpr WallTime kNow{std::chrono::seconds(1'700'000'000)};
constexpr WallTime kBuilt{std::chrono::seconds(1'600'000'000)};
constexpr std::int64_t kSixMonths = 15'552'000;

Result<JwtPlan> plan(const KeyPolicy& key, std::int64_t lifetime, const std::string& scope = "") {
  TokenRequest request{.lifetime = lifetime};
  if (!scope.empty()) request.scope = parse_json(scope).value();
  return plan_jwt(key, request);
}

UnsignedJwt jwt_of(const JwtPlan& plan) {
  auto jwt = fill_times(plan, kNow, kBuilt);
  REQUIRE_OK(jwt);
  return std::move(jwt).value();
}

void check_refused(const KeyPolicy& key, std::int64_t lifetime, const std::string& message,
                   const std::string& scope = "") {
  const auto refused = plan(key, lifetime, scope);
  REQUIRE_ERROR(refused, ErrorCode::lifetime_rejected);
  CHECK(refused.error().message == message);
}

}  // namespace

TEST_CASE("iat lies back, exp counts from now, and their distance never exceeds the service's cap") {
  for (const auto& text : {kAppleKey, kStoreKey}) {
    const auto key = key_of(text);
    for (std::int64_t lifetime = 1; lifetime <= 1140; ++lifetime) {
      const auto planned = plan(key, lifetime);
      REQUIRE_OK(planned);
      const auto jwt = jwt_of(planned.value());
      REQUIRE(jwt.issued_at == 1'699'999'940);
      REQUIRE(jwt.expires_at == 1'700'000'000 + lifetime);
      REQUIRE(*jwt.expires_at - jwt.issued_at <= 1200);
    }
  }
}

TEST_CASE("A longer lifetime is refused by name and never clamped") {
  const auto key = key_of(kAppleKey);
  CHECK(plan(key, 1140));
  check_refused(key, 1141, "A lifetime of 1141 s is longer than 1140 s, the longest for this key.");
  check_refused(key, 1200, "A lifetime of 1200 s is longer than 1140 s, the longest for this key.");
  check_refused(key, 315'360'000, "A lifetime of 315360000 s is longer than 1140 s, the longest for this key.");
  check_refused(key, INT64_MAX, "A lifetime of 9223372036854775807 s is longer than 1140 s, the longest for this key.");
}

TEST_CASE("A lifetime of nothing is refused") {
  check_refused(key_of(kAppleKey), 0, "A lifetime must be at least 1 s.");
  check_refused(key_of(kAppleKey), -5, "A lifetime must be at least 1 s.");
  check_refused(key_of(kAppleKey), INT64_MIN, "A lifetime must be at least 1 s.");
}

TEST_CASE("Without a lifetime the key file's counts, then the profile's") {
  CHECK(plan_jwt(key_of(kAppleKey), {}).value().lifetime == 840s);
  CHECK(plan_jwt(key_of(kAppleKey + "lifetime = 2min\n"), {}).value().lifetime == 120s);
  CHECK(plan(key_of(kAppleKey + "lifetime = 2min\n"), 1140).value().lifetime == 1140s);
}

TEST_CASE("Long-lived tokens need the key file's word, a scope, and the service's list") {
  const auto without = key_of(kStoreKey);
  const auto with = key_of(kStoreKey + "long-lived = allow\n");
  const std::string listed = R"(["GET /v1/ciProducts?limit=1","GET /v1/apps/12/perfPowerMetrics"])";
  const std::string ordinary = R"(["GET /v1/ciProducts","GET /v1/users"])";

  check_refused(without, 1141, "A lifetime of 1141 s is longer than 1140 s, the longest for this key.", listed);
  CHECK(plan(with, 1141, listed));
  CHECK(plan(with, kSixMonths - 60, listed));
  check_refused(with, kSixMonths - 59, "A lifetime of 15551941 s is longer than 15551940 s, the longest for this key.",
                listed);
  for (const std::string& scope : {std::string(), ordinary})
    check_refused(with, 1141,
                  "A lifetime of 1141 s is longer than 1140 s, the longest for this key unless a scope is given and "
                  "the service takes "
                  "long-lived tokens for each of its entries.",
                  scope);
  CHECK(plan(with, 1140, ordinary));
  CHECK(plan_jwt(with, {}).value().lifetime == 840s);
}

TEST_CASE("Every resource that Apple lists is one a scope can name") {
  const auto key = key_of(kStoreKey + "long-lived = allow\n");
  for (auto resource : key.profile->lifetime.long_lived->resources) {
    for (auto at = resource.find('*'); at != std::string::npos; at = resource.find('*'))
      resource.replace(at, 1, "1f3a-77");
    INFO(resource);
    CHECK(plan(key, 86'400, R"(["GET )" + resource + R"("])"));
  }
}

TEST_CASE("A service without an expiry gets none") {
  const auto profile = profile_of(R"({"language":1,"title":"t","source":"https://e.test/","algorithms":["ES256"],
    "lifetime":{"expires":false},"reuse":{"max-age":3000,"min-age":1200}})");
  const std::string file = "token = build\nobject = pkcs11:object=x\nprofile = test\n";
  const auto key = key_of(file, {{"test", profile}});
  const auto planned = plan_jwt(key, {});
  REQUIRE_OK(planned);
  const auto jwt = jwt_of(planned.value());
  CHECK_FALSE(jwt.expires_at);
  CHECK(jwt.issued_at == 1'700'000'000);
  CHECK(jwt.reusable_until == 1'700'003'000);
  check_refused(key, 60, "Tokens of this key have no expiry; leave lifetime out.");
  CHECK(has_problem(read_key_config("/k/a.conf", file + "lifetime = 1min\n", {{"test", profile}}, accounts()).problems,
                    "/k/a.conf:4: lifetime: means nothing to profile test"));
}

TEST_CASE("A clock before the day of the build signs nothing") {
  const auto planned = plan_jwt(key_of(kAppleKey), {});
  REQUIRE_OK(planned);
  CHECK(fill_times(planned.value(), kBuilt, kBuilt));
  REQUIRE_ERROR(fill_times(planned.value(), kBuilt - 1s, kBuilt), ErrorCode::internal);
  REQUIRE_ERROR(fill_times(planned.value(), WallTime{}, kBuilt), ErrorCode::internal);
}
