#include "daemon/rules/claims.h"
#include "proto/bytes.h"
#include "tests/unit/rules_fixture.h"

using namespace signet;
using namespace signet::rules;
using namespace std::chrono_literals;

namespace {

using Rules = std::vector<std::string>;

const std::string kProfile = R"({"language":1,"title":"t","source":"https://e.test/","algorithms":["ES256"],
  "claims":{"iss":"us"},
  "caller-claims":{"sub":{"type":"text"},"roles":{"type":"texts"},"count":{"type":"integer","min":1,"max":9}},
  "scope":{"shape":"SHAPE","entries":"text"}MORE,
  "lifetime":{"default":300,"cap":600}})";

KeyPolicy key_with(const std::string& lines, const std::string& shape = "array", const std::string& more = "") {
  const auto profile = profile_of(replaced(replaced(kProfile, "SHAPE", shape), "MORE", more));
  return key_of("token = build\nobject = pkcs11:object=x\nprofile = test\nallow = user:ci\n" + lines,
                {{"test", profile}});
}

std::string claims_of(const KeyPolicy& key, const std::string& body) {
  const auto plan = plan_jwt(key, request_of(body));
  REQUIRE_OK(plan);
  return plan.value().claims_json;
}

/// "RULE: message"
std::string refusal(const KeyPolicy& key, const std::string& body, ErrorCode code = ErrorCode::claims_rejected) {
  const auto plan = plan_jwt(key, request_of(body));
  INFO(body);
  REQUIRE_ERROR(plan, code);
  for (const auto& text : {plan.error().message, plan.error().detail, plan.error().rule})
    CHECK(text.find("secret") == std::string::npos);
  return plan.error().rule + ": " + plan.error().message;
}

Rules would_refuse(const KeyPolicy& key, const std::string& body) {
  const auto plan = plan_jwt(key, request_of(body));
  REQUIRE_OK(plan);
  return plan.value().would_refuse;
}

}  // namespace

TEST_CASE("caller-claims lets through what it names") {
  const auto key = key_with("caller-claims = sub\n");
  CHECK(claims_of(key, R"({"claims":{"sub":"a"}})") == R"({"iss":"us","sub":"a"})");
  CHECK(refusal(key, R"({"claims":{"sub":"a","count":3}})") ==
        "caller-claims: claims.count may not be given for this key (caller-claims); leave it out.");
  CHECK(refusal(key_with("caller-claims =\n"), R"({"claims":{"sub":"secret"}})") ==
        "caller-claims: claims.sub may not be given for this key (caller-claims); leave it out.");
}

TEST_CASE("A forced claim stands in the JWT, in the profile's order, and the caller may not give it") {
  const auto key = key_with("claim roles = [\"build\"]\n");
  CHECK(claims_of(key, "") == R"({"iss":"us","roles":["build"]})");
  CHECK(claims_of(key, R"({"claims":{"count":3,"sub":"a"}})") ==
        R"({"iss":"us","sub":"a","roles":["build"],"count":3})");
  for (const char* value : {R"(["build"])", R"(["secret"])", "7", "null"})
    CHECK(refusal(key, std::string(R"({"claims":{"roles":)") + value + "}}") ==
          "claim roles: claims.roles is set by this key's own rules (claim); leave it out.");
}

TEST_CASE("A forced claim fulfils what the profile requires") {
  const auto one = R"(,"exactly-one-of":["sub","count"])";
  const auto key = key_with("claim sub = ci\n", "array", one);
  CHECK(claims_of(key, "") == R"({"iss":"us","sub":"ci"})");
  CHECK(refusal(key, R"({"claims":{"count":1}})") ==
        "profile test: exactly one of these claims must be given: sub, count.");
}

TEST_CASE("claim-allow holds a text and each element of an array to its patterns") {
  const auto key = key_with("claim-allow sub = ci-*\nclaim-allow sub = release\nclaim-allow roles = r?\n");
  CHECK(claims_of(key, R"({"claims":{"sub":"ci-7","roles":["r1","r2"]}})") ==
        R"({"iss":"us","sub":"ci-7","roles":["r1","r2"]})");
  CHECK(claims_of(key, R"({"claims":{"sub":"release"}})") == R"({"iss":"us","sub":"release"})");
  CHECK(claims_of(key, "") == R"({"iss":"us"})");
  for (const char* sub : {"secret", "ci", "xci-7", "ci-7/secret", "release "})
    CHECK(refusal(key, std::string(R"({"claims":{"sub":")") + sub + "\"}}") ==
          "claim-allow sub: claims.sub has a value that this key's rules do not let through (claim-allow); "
          "GET /v1/keys/apple shows the patterns.");
  CHECK(refusal(key, R"({"claims":{"roles":["r1","secret"]}})") ==
        "claim-allow roles: claims.roles[1] has a value that this key's rules do not let through (claim-allow); "
        "GET /v1/keys/apple shows the patterns.");
}

TEST_CASE("The profile's own limits are told before the key's rules, and named as the profile's") {
  const auto key = key_with("claim-allow sub = ci-*\n");
  CHECK(refusal(key, R"({"claims":{"sub":7}})") == "profile test: claims.sub must be a text.");
  CHECK(refusal(key, R"({"claims":{"iss":"secret"}})") ==
        "profile test: claims.iss is set by the service alone; leave it out.");
}

TEST_CASE("Every entry of a scope matches some pattern, whatever the scope's shape") {
  const auto lines = "scope-allow = reports.*\nscope-allow = users.read\n";
  CHECK(claims_of(key_with(lines), R"({"scope":["reports.a","users.read"]})") ==
        R"({"iss":"us","scope":["reports.a","users.read"]})");
  CHECK(claims_of(key_with(lines, "words"), R"({"scope":"reports.a users.read"})") ==
        R"({"iss":"us","scope":"reports.a users.read"})");
  CHECK(claims_of(key_with(lines, "text"), R"({"scope":"reports.a"})") == R"({"iss":"us","scope":"reports.a"})");
  const std::string sentence =
      " is not one that this key's rules let through (scope-allow); GET /v1/keys/apple shows the patterns.";
  CHECK(refusal(key_with(lines), R"({"scope":["reports.a","secret"]})") == "scope-allow: scope[1]" + sentence);
  CHECK(refusal(key_with(lines, "words"), R"({"scope":"secret reports.a"})") == "scope-allow: scope[0]" + sentence);
  CHECK(refusal(key_with(lines, "words"), R"({"scope":["reports.a","secret"]})") == "scope-allow: scope[1]" + sentence);
  CHECK(refusal(key_with(lines, "text"), R"({"scope":"secret"})") == "scope-allow: scope[0]" + sentence);
  CHECK(refusal(key_with(lines), R"({"claims":{"scope":["secret"]}})") == "scope-allow: scope[0]" + sentence);
}

TEST_CASE("Patterns for scopes hold Apple's resources to segments") {
  const auto key = key_of(kAppleKey + "scope-allow = GET /v1/devices\nscope-allow = GET /v1/devices/*\n");
  REQUIRE_OK(plan_jwt(key, request_of(R"({"scope":["GET /v1/devices","GET /v1/devices/1"]})")));
  for (const char* entry :
       {"GET /v1/users", "GET /v1/devices/1/x", "GET /v1/devices?secret=1", "GET /v1/devicesx", "GET /v1/%64evices"})
    CHECK(refusal(key, std::string(R"({"scope":[")") + entry + "\"]}").starts_with("scope-allow: scope[0]"));
}

TEST_CASE("Patterns for scopes demand a scope, for a token without one may do everything") {
  CHECK(refusal(key_with("scope-allow = a\n"), "") ==
        "scope-allow: scope is missing; this key signs no token without one (scope-allow).");
  CHECK(claims_of(key_with("scope-allow = a\nunscoped = allow\n"), "") == R"({"iss":"us"})");
}

TEST_CASE("require-scope refuses a request without one") {
  CHECK(refusal(key_with("require-scope = yes\n"), "") ==
        "require-scope: scope is missing; this key signs no token without one (require-scope).");
  CHECK(refusal(key_of(replaced(kAppleKey, "developer", "admin")), "") ==
        "role admin: scope is missing; a key of this role signs no token without one.");
  CHECK(claims_of(key_with("require-scope = yes\n"), R"({"scope":["a"]})") == R"({"iss":"us","scope":["a"]})");
  CHECK(claims_of(key_with("require-scope = no\n"), "") == R"({"iss":"us"})");
}

TEST_CASE("A forced scope is in every token, and is no caller's to give") {
  const auto key = key_with("claim scope = [\"a\"]\nrequire-scope = yes\nscope-allow = b\n");
  CHECK(claims_of(key, "") == R"({"iss":"us","scope":["a"]})");
  CHECK(plan_jwt(key, {}).value().scoped);
  for (const char* body : {R"({"scope":["secret"]})", R"({"claims":{"scope":["a"]}})"})
    CHECK(refusal(key, body) == "claim scope: scope is set by this key's own rules (claim); leave it out.");
  CHECK(claims_of(key_of(replaced(kAppleKey, "developer", "admin") + "claim scope = [\"GET /v1/devices\"]\n"), "")
            .ends_with(R"("scope":["GET /v1/devices"]})"));
}

TEST_CASE("max-lifetime is the longest that a caller may ask for") {
  const auto key = key_with("max-lifetime = 2min\n");
  CHECK(plan_jwt(key, {}).value().lifetime == 120s);
  CHECK(plan_jwt(key, request_of(R"({"lifetime":120})")).value().lifetime == 120s);
  CHECK(refusal(key, R"({"lifetime":121})", ErrorCode::lifetime_rejected) ==
        "max-lifetime 120s: A lifetime of 121 s is longer than 120 s, the longest for this key (max-lifetime).");
  CHECK(refusal(key, R"({"lifetime":10000})", ErrorCode::lifetime_rejected).starts_with("max-lifetime 120s: "));
  CHECK(refusal(key_with(""), R"({"lifetime":601})", ErrorCode::lifetime_rejected) ==
        "profile test: A lifetime of 601 s is longer than 600 s, the longest for this key.");
}

TEST_CASE("In audit mode a broken rule is recorded and the request goes on") {
  const auto key =
      key_with("caller-claims = sub\nclaim-allow sub = ci-*\nscope-allow = a\nmax-lifetime = 2min\nmode = audit\n");
  CHECK(would_refuse(key, R"({"claims":{"sub":"ci-1"},"scope":["a"],"lifetime":60})").empty());
  CHECK(would_refuse(key, R"({"claims":{"sub":"x","count":1},"scope":["b"],"lifetime":200})") ==
        Rules{"scope-allow", "claim-allow sub", "caller-claims", "max-lifetime 120s"});
  CHECK(would_refuse(key, "") == Rules{"scope-allow"});
  CHECK(claims_of(key, R"({"claims":{"sub":"x","count":1},"scope":["b"]})") ==
        R"({"iss":"us","sub":"x","count":1,"scope":["b"]})");
}

TEST_CASE("Audit mode for one rule leaves the others in force") {
  const auto key = key_with("claim-allow sub = ci-*\nmax-lifetime = 2min\nmode = audit claim-allow sub\n");
  CHECK(would_refuse(key, R"({"claims":{"sub":"x"}})") == Rules{"claim-allow sub"});
  CHECK(refusal(key, R"({"claims":{"sub":"x"},"lifetime":200})", ErrorCode::lifetime_rejected)
            .starts_with("max-lifetime 120s: "));
}

TEST_CASE("Audit mode lifts neither the profile's limits nor forced claims") {
  const auto key = key_with("claim sub = ci\nclaim scope = [\"a\"]\nmax-lifetime = 2min\nmode = audit\n");
  CHECK(refusal(key, R"({"lifetime":601})", ErrorCode::lifetime_rejected).starts_with("profile test: "));
  CHECK(refusal(key, R"({"claims":{"count":99}})").starts_with("profile test: "));
  CHECK(refusal(key, R"({"claims":{"sub":"x"}})").starts_with("claim sub: "));
  CHECK(refusal(key, R"({"scope":["b"]})").starts_with("claim scope: "));
  CHECK(refusal(key_of(replaced(kAppleKey, "developer", "admin") + "mode = audit\n"), "").starts_with("role admin: "));
}
