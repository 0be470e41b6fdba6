#include "daemon/rules/profile.h"
#include "tests/unit/rules_fixture.h"

using namespace signet;
using namespace signet::rules;
using namespace std::chrono_literals;

namespace {

/// The smallest profile, with more members after it.
std::string with(const std::string& more) {
  return R"({"language":1,"title":"t","source":"https://e.test/","algorithms":["ES256"],"lifetime":{"default":60,"cap":120,"backdate":10})" +
         more + "}";
}

std::vector<std::string> problems_of(const std::string& json, const std::string& file = "/p/x.json") {
  const auto reading = read_profile(file, json);
  CHECK((reading.profile == nullptr) == !reading.problems.empty());
  return texts_of(reading.problems);
}

/// There is one problem and it begins so.
void check_problem(const std::string& json, const std::string& beginning) {
  const auto problems = problems_of(json);
  INFO(json);
  REQUIRE(problems.size() == 1);
  INFO(problems.front());
  CHECK(problems.front().starts_with("/p/x.json: " + beginning));
}

}  // namespace

TEST_CASE("The profile for Apple's Enterprise Program says what its page says") {
  const auto profile = shipped_profile("apple-enterprise");
  CHECK(profile->name == "apple-enterprise");
  CHECK(profile->source ==
        "https://developer.apple.com/documentation/enterpriseprogramapi/generating-tokens-for-api-requests");
  CHECK(profile->algorithms == std::vector{Algorithm::es256});
  CHECK(profile->lifetime.cap == 1200s);
  CHECK(profile->lifetime.backdate == 60s);
  CHECK(profile->lifetime.max_lifetime() == 1140s);
  CHECK(profile->lifetime.default_lifetime == 840s);
  CHECK_FALSE(profile->lifetime.long_lived);
  CHECK(profile->roles == std::vector<std::string>{"admin", "developer"});
  CHECK(profile->scope_required_for == std::vector<std::string>{"admin"});
  CHECK(profile->caller_claims.empty());
}

TEST_CASE("The profile for App Store Connect knows individual keys and long-lived tokens") {
  const auto profile = shipped_profile("app-store-connect");
  CHECK(profile->variables.at("issuer").when == When{{"key-kind", "team"}});
  CHECK(profile->lifetime.max_lifetime() == 1140s);
  REQUIRE(profile->lifetime.long_lived);
  CHECK(profile->lifetime.long_lived->cap == std::chrono::days(180));
}

TEST_CASE("A profile's digest changes with every octet of its file") {
  const auto one = profile_of(with(""));
  CHECK(one->digest == profile_of(with(""))->digest);
  CHECK(one->digest != profile_of(with("") + " ")->digest);
}

TEST_CASE("The smallest profile is one of fixed defaults") {
  const auto profile = profile_of(with(""));
  CHECK(profile->header.empty());
  CHECK(profile->claims.empty());
  CHECK_FALSE(profile->scope);
  CHECK(profile->reuse.allowed);
}

TEST_CASE("What is no JSON object is one problem of the file") {
  check_problem("", "");
  check_problem("[]", "$: must be an object");
  check_problem(R"({"title":"a","title":"b"})", "");
}

TEST_CASE("All problems are listed in one run, under their JSON paths") {
  const auto problems = problems_of(R"({"language":2,"source":"http://e.test","algorithms":["none","HS256"],"titel":"x",
    "variables":{"A":{},"b":{"format":"phone"}},"header":[],"claims":{"iss":{"when":{}}},
    "lifetime":{"default":0,"backdate":"1"},"reuse":{"min-left-percent":101}})");
  const std::vector<std::string> expected{"$.language: must be a whole number from 1 to 1",
                                          "$.title: is missing",
                                          "$.source: must be the https address",
                                          "$.algorithms: holds a name that is no JOSE signature algorithm",
                                          "$.algorithms: holds a name that is no JOSE signature algorithm",
                                          "$.variables.A: must be a name of a-z, 0-9 and dash",
                                          "$.variables.b.format: must be uuid, origin, http-origin",
                                          "$.header: must be an object",
                                          "$.claims.iss.value: is missing",
                                          "$.claims.iss.when: must name a variable and its value",
                                          "$.lifetime.backdate: must be a whole number",
                                          "$.lifetime.default: must be a whole number",
                                          "$.lifetime.cap: is missing",
                                          "$.reuse.min-left-percent: must be a whole number from 0 to 100",
                                          "$.titel: is no member that a profile knows here"};
  REQUIRE(problems.size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    INFO(problems[i]);
    CHECK(problems[i].starts_with("/p/x.json: " + expected[i]));
  }
}

TEST_CASE("Unknown members are refused at every level") {
  check_problem(with(R"(,"x":1)"), "$.x: is no member");
  check_problem(with(R"(,"scope":{"shape":"array","entries":"get-resource","x":1})"), "$.scope.x: is no member");
  check_problem(with(R"(,"variables":{"v":{"x":1}},"claims":{"a":"${v}"})"), "$.variables.v.x: is no member");
  check_problem(with(R"(,"claims":{"a":{"value":1,"x":1}})"), "$.claims.a.x: is no member");
  check_problem(with(R"(,"caller-claims":{"a":{"type":"text","x":1}})"), "$.caller-claims.a.x: is no member");
  check_problem(with(R"(,"caller-claims":{"a":{"type":"boolean","length":1}})"),
                "$.caller-claims.a.length: is no member");
  check_problem(with(R"(,"reuse":{"x":1})"), "$.reuse.x: is no member");
}

TEST_CASE("A profile never sets what the daemon sets") {
  for (const char* name : {"alg", "crit", "b64"})
    check_problem(with(std::string(R"(,"header":{")") + name + R"(":"x"})"),
                  std::string("$.header.") + name + ": is never a profile's to set");
  for (const char* name : {"iat", "exp", "nbf"}) {
    check_problem(with(std::string(R"(,"claims":{")") + name + R"(":1})"),
                  std::string("$.claims.") + name + ": is never a profile's to set");
    check_problem(with(std::string(R"(,"caller-claims":{")") + name + R"(":{"type":"integer","min":0,"max":1}})"),
                  std::string("$.caller-claims.") + name + ": is never a plain claim");
  }
  check_problem(with(R"(,"header":{"kid":7})"), "$.header.kid: must be a text");
}

TEST_CASE("Variables are declared, used and possible") {
  check_problem(with(R"(,"claims":{"iss":"${nobody}"})"), "$.claims.iss: uses ${nobody}, which is no variable");
  check_problem(with(R"(,"claims":{"iss":"${open"})"), "$.claims.iss: holds a ${ without its closing brace");
  check_problem(with(R"(,"variables":{"idle":{}})"), "$.variables.idle: is used by no header, claim or `when`");
  check_problem(with(R"(,"variables":{"token":{}},"claims":{"a":"${token}"})"),
                "$.variables.token: is an option of every key file");
  check_problem(with(R"(,"variables":{"v":{"length":2,"default":"abc"}},"claims":{"a":"${v}"})"),
                "$.variables.v.default: does not keep the variable's own rule");
  check_problem(with(R"(,"variables":{"v":{"min-length":5,"max-length":4}},"claims":{"a":"${v}"})"),
                "$.variables.v.min-length: is above");
  check_problem(with(R"(,"variables":{"v":{"characters":"Z-A"}},"claims":{"a":"${v}"})"),
                "$.variables.v.characters: is no class");
}

TEST_CASE("A `when` names a variable and a value that it can have") {
  const std::string kind = R"("kind":{"one-of":["a","b"]})";
  check_problem(with(R"(,"claims":{"x":{"value":1,"when":{"kind":"a"}}})"),
                "$.claims.x: has a `when` on kind, which is no variable");
  check_problem(with(R"(,"variables":{)" + kind + R"(},"claims":{"x":{"value":1,"when":{"kind":"c"}}})"),
                "$.claims.x: has a `when` with a value that kind cannot have");
  check_problem(with(R"(,"variables":{)" + kind + R"(,"v":{"when":{"kind":"a"}}},"claims":{"x":"${v}"})"),
                "$.claims.x: uses ${v} where a key file need not give it");
  check_problem(
      with(
          R"(,"variables":{)" + kind +
          R"(,"v":{"one-of":["c"],"when":{"kind":"a"}},"w":{"when":{"v":"c"}}},"claims":{"x":{"value":"${w}","when":{"v":"c"}}})"),
      "$.variables.w: depends on a variable that itself has a `when`");
}

TEST_CASE("Claims have one source each") {
  check_problem(with(R"(,"claims":{"aud":"x"},"caller-claims":{"aud":{"type":"text"}})"),
                "$.caller-claims.aud: is fixed under claims");
  check_problem(with(R"(,"claims":{"scope":"x"},"scope":{"shape":"text","entries":"text"})"),
                "$.claims.scope: stands beside the member scope");
  check_problem(with(R"(,"exactly-one-of":["scope","aud"],"caller-claims":{"aud":{"type":"text"}})"),
                "$.exactly-one-of: names a claim that no caller");
  check_problem(with(R"(,"exactly-one-of":["aud"],"caller-claims":{"aud":{"type":"text"}})"),
                "$.exactly-one-of: needs two claims or more");
  check_problem(
      with(
          R"(,"exactly-one-of":["aud","b"],"caller-claims":{"aud":{"type":"text"},"b":{"type":"text","required":true}})"),
      "$.exactly-one-of: names a claim that is required");
}

TEST_CASE("Scope, roles and lifetimes fit each other") {
  check_problem(with(R"(,"scope":{"shape":"words","entries":"get-resource"})"),
                "$.scope.entries: get-resource needs the shape array");
  check_problem(with(R"(,"scope":{"shape":"array","entries":"get-resource","required-for":["admin"]})"),
                "$.scope.required-for: names a role");
  const auto lifetime = [](const std::string& text) {
    return R"({"language":1,"title":"t","source":"https://e.test/","algorithms":["ES256"],"lifetime":)" + text + "}";
  };
  CHECK(problems_of(lifetime(R"({"default":1140,"cap":1200,"backdate":60})")).empty());
  check_problem(lifetime(R"({"default":1141,"cap":1200,"backdate":60})"),
                "$.lifetime.default: is above 1140, the cap less backdate");
  check_problem(lifetime(R"({"default":1,"cap":10,"long-lived":{"cap":100,"resources":["/v1/x"]}})"),
                "$.lifetime.long-lived: needs a scope with get-resource entries");
  check_problem(
      lifetime(
          R"({"default":1,"cap":10,"long-lived":{"cap":10,"resources":["/v1/x"]}},"scope":{"shape":"array","entries":"get-resource"})"),
      "$.lifetime.long-lived.cap: is not above the cap");
  check_problem(lifetime(R"({"expires":false,"cap":10})"), "$.lifetime.cap: is no member");
  check_problem(lifetime(R"({"expires":false})"), "$.reuse.max-age: is missing");
}

TEST_CASE("Reuse has rules only where it is allowed and ends") {
  check_problem(with(R"(,"reuse":{"allowed":false,"max-age":5})"), "$.reuse: is not allowed and yet has rules");
  check_problem(with(R"(,"reuse":{"max-age":5,"min-age":5})"), "$.reuse.min-age: is not below max-age");
  check_problem(with(R"(,"reuse":{"min-age":60})"), "$.reuse.min-age: is not below the default lifetime");
  CHECK(problems_of(with(R"(,"reuse":{"allowed":false})")).empty());
}

TEST_CASE("A profile's file has a name that a key file can say") {
  CHECK(problems_of(with(""), "/p/apns.json").empty());
  for (const char* bad : {"/p/APNs.json", "/p/.json", "/p/apns.jsn"}) CHECK(problems_of(with(""), bad).size() == 1);
}
