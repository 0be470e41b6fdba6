#include "tests/unit/shipped_profiles.h"

#include <filesystem>
#include <set>

#include "daemon/rules/claims.h"
#include "daemon/rules/key_facts.h"
#include "daemon/rules/reuse.h"
#include "proto/jws.h"
#include "tests/unit/rules_fixture.h"

using namespace signet;
using namespace signet::rules;
using namespace std::chrono_literals;

namespace {

constexpr WallTime kNow{std::chrono::seconds(1'700'000'000)};
constexpr WallTime kBuilt{std::chrono::seconds(1'600'000'000)};

const KeyFacts kFacts{.spki_sha256 = "c3BraS1zaGEyNTYtb2YtdGhlLWtleS1vZi10ZXN0cyE=",
                      .thumbprint = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",
                      .certificate_sha256 = "Y2VydGlmaWNhdGUtc2hhMjU2LW9mLXRoZXNlLXRlc3Rz",
                      .certificate_sha1 = "Y2VydGlmaWNhdGUtc2hhMS0h"};

ShippedTables all_tables() {
  ShippedTables all;
  for (auto& tables : {apple_api_tables(), apple_team_tables(), apple_organisation_tables(), oauth_tables(),
                       cloud_tables(), other_tables()}) {
    all.rules.insert(all.rules.end(), tables.rules.begin(), tables.rules.end());
    all.jwts.insert(all.jwts.end(), tables.jwts.begin(), tables.jwts.end());
    all.refusals.insert(all.refusals.end(), tables.refusals.begin(), tables.refusals.end());
    all.problems.insert(all.problems.end(), tables.problems.begin(), tables.problems.end());
  }
  return all;
}

std::string key_file(const std::string& profile, const std::string& lines) {
  return "token = build\nobject = pkcs11:object=x\nallow = user:ci\nprofile = " + profile + "\n" + lines;
}

KeyPolicy shipped_key(const std::string& profile, const std::string& lines) {
  return key_of(key_file(profile, lines), {{profile, shipped_profile(profile)}});
}

JwtPlan planned(const KeyPolicy& key, const std::string& request) {
  auto plan = plan_jwt(key, request_of(request));
  if (!plan) UNSCOPED_INFO(plan.error().message);
  REQUIRE(plan.has_value());
  REQUIRE_OK(fill_key_facts(plan.value(), kFacts));
  return std::move(plan).value();
}

UnsignedJwt filled(const JwtPlan& plan) {
  auto jwt = fill_times(plan, kNow, kBuilt, kUuidText);
  if (!jwt) UNSCOPED_INFO(jwt.error().detail);
  REQUIRE(jwt.has_value());
  REQUIRE_OK(check_signing_input(jwt.value().signing_input, plan.algorithm));
  return std::move(jwt).value();
}

std::string times_of(const LifetimeRule& rule) {
  std::string text;
  for (const auto claim : rule.claims)
    text += std::string(text.empty() ? "" : " ") + (claim == TimeClaim::iat   ? "iat"
                                                    : claim == TimeClaim::nbf ? "nbf"
                                                                              : "exp");
  return text;
}

std::string reuse_of(const ReuseRule& rule) {
  if (!rule.allowed) return "once";
  std::string text;
  if (rule.min_left_percent) text += "left " + std::to_string(*rule.min_left_percent) + " ";
  if (rule.max_age) text += "max " + std::to_string(rule.max_age->count()) + " ";
  if (rule.min_age > 0s) text += "min " + std::to_string(rule.min_age.count()) + " ";
  if (rule.shared) text += "shared ";
  if (text.empty()) return "half";
  text.pop_back();
  return text;
}

std::string algorithms_of(const Profile& profile) {
  std::string text;
  for (const auto algorithm : profile.algorithms) text += (text.empty() ? "" : " ") + std::string(jose_name(algorithm));
  return text;
}

std::set<std::string> profiles_on_disk() {
  std::set<std::string> names;
  for (const auto& file : std::filesystem::directory_iterator(SIGNET_PROFILES)) {
    INFO(file.path());
    CHECK(file.path().extension() == ".json");
    names.insert(file.path().stem());
  }
  return names;
}

}  // namespace

TEST_CASE("Every shipped profile has its numbers and a JWT in a table, and stands in the documentation") {
  const auto tables = all_tables();
  std::set<std::string> with_rules;
  std::set<std::string> with_jwts;
  for (const auto& row : tables.rules) CHECK(with_rules.insert(row.profile).second);
  for (const auto& row : tables.jwts) with_jwts.insert(row.profile);
  CHECK(with_rules == profiles_on_disk());
  CHECK(with_jwts == profiles_on_disk());
  const auto page = read_whole(SIGNET_DOCS "/profiles.md");
  for (const auto& name : profiles_on_disk()) {
    INFO(name);
    CHECK(page.find("| `" + name + "` |") != std::string::npos);
  }
}

TEST_CASE("A shipped profile holds the numbers of its service's page") {
  for (const auto& row : all_tables().rules) {
    INFO(row.profile);
    const auto profile = shipped_profile(row.profile);
    CHECK(profile->name == row.profile);
    CHECK(algorithms_of(*profile) == row.algorithms);
    CHECK(times_of(profile->lifetime) == row.times);
    CHECK(profile->lifetime.default_lifetime.value_or(0s).count() == row.default_lifetime);
    CHECK(profile->lifetime.cap.count() == row.cap);
    CHECK(profile->lifetime.backdate.count() == row.backdate);
    CHECK(reuse_of(profile->reuse) == row.reuse);
  }
}

TEST_CASE("A shipped profile makes exactly the header and the claims that its service wants") {
  for (const auto& row : all_tables().jwts) {
    const auto key = shipped_key(row.profile, row.lines);
    INFO(row.profile << " " << row.lines << row.request);
    const auto input = filled(planned(key, row.request)).signing_input;
    const auto parts = parse_compact_jws(jws_compact(input, bytes_of("signature")));
    REQUIRE_OK(parts);
    CHECK(parts.value().header_json == row.header);
    CHECK(parts.value().payload_json == row.payload);
  }
}

TEST_CASE("No request to a shipped profile reaches past its cap, or an expiry where there is none") {
  for (const auto& row : all_tables().jwts) {
    const auto key = shipped_key(row.profile, row.lines);
    const auto& rule = key.profile->lifetime;
    INFO(row.profile << " " << row.request);
    const auto jwt = filled(planned(key, row.request));
    CHECK(jwt.issued_at == kNow.time_since_epoch().count() - rule.backdate.count());
    CHECK(jwt.expires_at.has_value() == rule.expires());
    TokenRequest request = request_of(row.request);
    request.lifetime = rule.expires() ? rule.max_lifetime().count() + 1 : 60;
    REQUIRE_ERROR(plan_jwt(key, request), ErrorCode::lifetime_rejected);
    if (!rule.expires() || rule.fixed) continue;
    request.lifetime = rule.max_lifetime().count();
    const auto longest = plan_jwt(key, request);
    REQUIRE_OK(longest);
    auto plan = longest.value();
    REQUIRE_OK(fill_key_facts(plan, kFacts));
    const auto filled_longest = filled(plan);
    CHECK(*filled_longest.expires_at - filled_longest.issued_at == rule.cap.count());
  }
}

TEST_CASE("A shipped profile's JWT is handed out again as long as its service likes it") {
  for (const auto& row : all_tables().jwts) {
    const auto key = shipped_key(row.profile, row.lines);
    INFO(row.profile << " " << row.request);
    const auto plan = planned(key, row.request);
    const auto until = reusable_until(plan, kNow);
    CHECK(may_reuse(plan, kNow, until, kNow) == key.profile->reuse.allowed);
    if (!key.profile->lifetime.expires()) continue;
    CHECK(until < *filled(plan).expires_at);
  }
}

TEST_CASE("No request reaches the header, the times or a fixed claim of a shipped profile") {
  for (const auto& row : all_tables().jwts) {
    const auto key = shipped_key(row.profile, row.lines);
    INFO(row.profile);
    std::vector<std::string> names{"alg", "kid", "typ", "x5c", "jwk", "iat", "exp", "nbf", "color"};
    for (const auto& claim : key.fixed_claims) names.emplace_back(claim.key());
    for (const auto& name : names) {
      TokenRequest request = request_of(row.request);
      request.claims[name] = 1;
      REQUIRE_ERROR(plan_jwt(key, request), ErrorCode::claims_rejected);
    }
  }
}

TEST_CASE("Shipped profiles refuse what their services refuse") {
  for (const auto& row : all_tables().refusals) {
    const auto key = shipped_key(row.profile, row.lines);
    INFO(row.profile << " " << row.request);
    const auto refused = plan_jwt(key, request_of(row.request));
    REQUIRE_ERROR(refused, row.code);
    INFO(refused.error().message);
    CHECK(refused.error().message.starts_with(row.message));
  }
}

TEST_CASE("Key files for shipped profiles that could not work are refused") {
  for (const auto& row : all_tables().problems) {
    INFO(row.profile << "\n" << row.lines);
    const auto reading = read_key_config("/k/apple.conf", key_file(row.profile, row.lines),
                                         {{row.profile, shipped_profile(row.profile)}}, accounts());
    const auto texts = texts_of(reading.problems);
    for (const auto& text : texts) UNSCOPED_INFO(text);
    CHECK(std::ranges::any_of(texts, [&](const auto& text) { return text.find(row.problem) != std::string::npos; }));
  }
}

TEST_CASE("A shipped profile names its source, and what its source does not say stands in whole sentences") {
  for (const auto& name : profiles_on_disk()) {
    INFO(name);
    const auto profile = shipped_profile(name);
    CHECK(profile->source.starts_with("https://"));
    for (const auto& sentence : profile->second_hand) CHECK(sentence.ends_with('.'));
  }
}
