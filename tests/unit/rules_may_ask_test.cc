#include "daemon/rules/claims.h"
#include "daemon/rules/may_ask.h"
#include "daemon/rules/policy_warnings.h"
#include "tests/unit/rules_fixture.h"

using namespace signet;
using namespace signet::rules;

namespace {

/// One of `aud` and `scope` in each token.
KeyPolicy google_key(const std::string& lines) {
  return key_of(
      "token = build\nobject = pkcs11:object=g\nprofile = google-self-signed\naccount = ci@e.test\nkey-id = " +
          std::string(40, 'a') + "\nallow = user:ci\n" + lines,
      {{"google-self-signed", shipped_profile("google-self-signed")}});
}

std::vector<std::string> claims_in(const MayAsk& ask) {
  std::vector<std::string> names;
  for (const auto& claim : ask.claims) names.push_back(claim.name);
  return names;
}

bool gets_one(const KeyPolicy& key, const char* request) {
  return plan_jwt(key, read_token_request(request).value()).has_value();
}

const std::string kAud = R"({"claims":{"aud":"https://storage.googleapis.com/"}})";

}  // namespace

TEST_CASE("A scope that a recorded rule alone demands is not called required") {
  const auto recorded = key_of(kAppleKey + "mode = audit\nscope-allow = GET /v1/devices\n");
  CHECK(gets_one(recorded, "{}"));
  CHECK_FALSE(may_ask(recorded).scope_required);
  CHECK(may_ask(recorded).audited == std::vector<std::string>{"scope-allow"});
  const auto enforced = key_of(kAppleKey + "scope-allow = GET /v1/devices\n");
  CHECK_FALSE(gets_one(enforced, "{}"));
  CHECK(may_ask(enforced).scope_required);
}

TEST_CASE("Of claims of which one is given the others are offered until it is settled") {
  const auto open = google_key("");
  CHECK(claims_in(may_ask(open)) == std::vector<std::string>{"aud"});
  CHECK(may_ask(open).exactly_one_of == std::vector<std::string>{"aud", "scope"});
  CHECK(may_ask(open).scope);
  CHECK_FALSE(may_ask(open).scope_required);
}

TEST_CASE("What the key file's own claim rules out is not offered") {
  const auto scoped = google_key("claim scope = https://www.googleapis.com/auth/cloud-platform\n");
  CHECK_FALSE(gets_one(scoped, kAud.c_str()));
  CHECK(gets_one(scoped, "{}"));
  CHECK(may_ask(scoped).claims.empty());
  CHECK(may_ask(scoped).exactly_one_of.empty());
  CHECK_FALSE(may_ask(scoped).scope);
  const auto meant = google_key("claim aud = https://storage.googleapis.com/\n");
  CHECK_FALSE(gets_one(meant, R"({"scope":"a"})"));
  CHECK_FALSE(may_ask(meant).scope);
  CHECK(may_ask(meant).exactly_one_of.empty());
}

TEST_CASE("Where a scope is necessary, what could stand in its place is not offered, and the officer is warned") {
  const auto key = google_key("scope-allow = https://www.googleapis.com/**\n");
  CHECK_FALSE(gets_one(key, kAud.c_str()));
  CHECK(may_ask(key).claims.empty());
  CHECK(may_ask(key).exactly_one_of.empty());
  CHECK(may_ask(key).scope_required);
  const auto warnings = policy_warnings(key, 65534);
  CHECK(std::ranges::count_if(warnings, [](const std::string& each) {
          return each.starts_with("aud can never be given: this key signs no token without a scope");
        }) == 1);
  const auto either = google_key("scope-allow = https://www.googleapis.com/**\nunscoped = allow\n");
  CHECK(gets_one(either, kAud.c_str()));
  CHECK(claims_in(may_ask(either)) == std::vector<std::string>{"aud"});
}
