#include "daemon/rules/profile.h"
#include "tests/unit/profile_texts.h"
#include "tests/unit/rules_fixture.h"

using namespace signet;
using namespace signet::rules;
using namespace std::chrono_literals;

namespace {

std::string with(const std::string& more) { return profile_text(more); }

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

TEST_CASE("A profile's digest changes with all that its file says, and with nothing else") {
  const auto one = profile_of(with(""));
  CHECK(one->digest == profile_of(with(""))->digest);
  CHECK(one->digest == profile_of(" " + with("") + "\n")->digest);
  CHECK(one->digest != profile_of(with(R"(,"second-hand":["a"])"))->digest);
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
  for (const char* name : {"alg", "crit", "b64", "jwk", "jku", "enc", "zip"})
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

TEST_CASE("Variables are no words of the lines that rotate a key") {
  for (const std::string name : {"from", "until"})
    check_problem(with(R"(,"variables":{")" + name + R"(":{}},"claims":{"a":"${)" + name + R"(}"})"),
                  "$.variables." + name + ": is a word of the lines next and retiring");
  for (const std::string name : {"next", "retiring", "object"})
    check_problem(with(R"(,"variables":{")" + name + R"(":{}},"claims":{"a":"${)" + name + R"(}"})"),
                  "$.variables." + name + ": is an option of every key file");
}

TEST_CASE("A rule of texts that no text keeps is a problem") {
  const auto variable = [](const std::string& rule) {
    return with(R"(,"variables":{"v":)" + rule + R"(},"claims":{"a":"${v}"})");
  };
  check_problem(variable(R"({"max-length":5,"prefix":"abc","suffix":"def"})"),
                "$.variables.v.max-length: leaves no room for prefix and suffix");
  check_problem(variable(R"({"length":3,"prefix":"abcdef"})"),
                "$.variables.v.length: leaves no room for prefix and suffix");
  check_problem(with(R"(,"caller-claims":{"c":{"type":"text","max-length":3,"prefix":"abcdef"}})"),
                "$.caller-claims.c.max-length: leaves no room");
  check_problem(with(R"(,"scope":{"shape":"array","entries":"text","max-length":3,"prefix":"abcdef"})"),
                "$.scope.max-length: leaves no room");
  check_problem(variable(R"({"prefix":"a\u0007"})"), "$.variables.v.prefix: holds a control character");
  check_problem(variable(R"({"suffix":"a\u007f"})"), "$.variables.v.suffix: holds a control character");
  for (const char* rule : {R"("format":"uuid","max-length":10)", R"("format":"uuid","max-length":38,"prefix":"abc")",
                           R"("format":"uuid","min-length":37)", R"("format":"uuid","characters":"0-9a-f")",
                           R"("format":"origin","max-length":8)", R"("format":"http-origin","max-length":7)",
                           R"("format":"https-url","characters":"a-z")", R"("format":"email","max-length":2)",
                           R"("format":["email","mailto"],"characters":"a-z:")"})
    check_problem(variable("{" + std::string(rule) + "}"), "$.variables.v.format: has no text that keeps");
  for (const char* rule : {R"("format":"uuid","length":36)", R"("format":"uuid","max-length":39,"prefix":"abc")",
                           R"("format":"origin","max-length":9)", R"("format":["email","uuid"],"max-length":3)",
                           R"("length":3,"prefix":"abc")", R"("format":"email","min-length":300,"max-length":320)"})
    CHECK(problems_of(variable("{" + std::string(rule) + "}")).empty());
}

TEST_CASE("Names of members are printable text") {
  const std::string bad = ": is no name; write one of printable text";
  for (const std::string name : {"a\\u007fuuid\\u007f", "a\\u0000b", "a\\nb", ""}) {
    const auto quoted = "\"" + name + "\"";
    for (const std::string part : {"header", "claims"}) {
      const auto problems = problems_of(with(",\"" + part + "\":{" + quoted + ":\"x\"}"));
      REQUIRE(problems.size() == 1);
      CHECK(problems.front().starts_with("/p/x.json: $." + part + "["));
      CHECK(problems.front().ends_with(bad));
      check_problem(with(",\"" + part + "\":{\"o\":{\"value\":[{" + quoted + ":1}]}}"),
                    "$." + part + ".o: holds an object with a member whose name is empty or has control");
    }
    check_problem(with(",\"caller-claims\":{" + quoted + ":{\"type\":\"text\"}}"), "$.caller-claims[");
    check_problem(
        with(",\"caller-claims\":{\"o\":{\"type\":\"object\",\"members\":{" + quoted + ":{\"type\":\"text\"}}}}"),
        "$.caller-claims.o.members[");
  }
  CHECK(problems_of(with(R"(,"claims":{"https://e.test/größe":{"value":{"a b":1}}})")).empty());
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

/// The smallest profile with another lifetime.
std::string lifetime(const std::string& text) { return profile_text("", text); }

TEST_CASE("Scope, roles and lifetimes fit each other") {
  check_problem(with(R"(,"scope":{"shape":"words","entries":"get-resource"})"),
                "$.scope.entries: get-resource needs the shape array");
  check_problem(with(R"(,"scope":{"shape":"array","entries":"get-resource","required-for":["admin"]})"),
                "$.scope.required-for: names a role");
  CHECK(problems_of(lifetime(R"({"default":1140,"cap":1200,"backdate":60})")).empty());
  check_problem(lifetime(R"({"default":1141,"cap":1200,"backdate":60})"),
                "$.lifetime.default: is above 1140, the cap less backdate");
  check_problem(lifetime(R"({"default":1141,"cap":1200,"backdate":60,"fixed":true})"),
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

TEST_CASE("Times that are written and times that are counted fit each other") {
  check_problem(lifetime(R"({"default":60,"cap":60,"claims":["iat","nbf"]})"),
                "$.lifetime.claims: leaves out exp; say \"expires\": false as well");
  check_problem(lifetime(R"({"expires":false,"claims":["iat","exp"]},"reuse":{"max-age":5})"),
                "$.lifetime.claims: names exp, and expires is false");
  check_problem(lifetime(R"({"default":50,"cap":60,"backdate":10,"claims":["exp"]})"),
                "$.lifetime.backdate: must be 0 where neither iat nor nbf is written");
  check_problem(lifetime(R"({"default":60,"cap":60,"claims":["exp","jti"]})"),
                "$.lifetime.claims: must name iat, nbf and exp alone");
  for (const char* claims : {"[]", R"(["exp","exp"])", R"("exp")"})
    CHECK(problems_of(lifetime(std::string(R"({"default":60,"cap":60,"claims":)") + claims + "}")).size() >= 1);
  check_problem(profile_text(R"(,"scope":{"shape":"array","entries":"get-resource"})",
                             R"({"default":1,"cap":10,"fixed":true,"long-lived":{"cap":100,"resources":["/v1/x"]}})"),
                "$.lifetime.fixed: stands beside long-lived");
  check_problem(lifetime(R"({"expires":false,"fixed":true},"reuse":{"max-age":5})"), "$.lifetime.fixed: is no member");
}

TEST_CASE("What the language fills in has its places, and a fresh value its word on reuse") {
  const std::string once = R"(,"reuse":{"allowed":false})";
  CHECK(problems_of(with(R"(,"claims":{"jti":"${uuid}"})" + once)).empty());
  CHECK(problems_of(with(R"(,"claims":{"jti":"${uuid}"},"reuse":{"allowed":true})")).empty());
  const std::string stated = "$.reuse.allowed: must be stated where ${uuid} is used";
  check_problem(with(R"(,"claims":{"jti":"${uuid}"})"), stated);
  check_problem(with(R"(,"claims":{"jti":"${uuid}"},"reuse":{"max-age":5})"), stated);
  check_problem(with(R"(,"caller-claims":{"jti":{"type":"text","default":"${uuid}"}})"), stated);
  check_problem(with(R"(,"header":{"x":"${uuid}"})" + once), "$.header.x: uses ${uuid}, which cannot stand here");
  check_problem(with(R"(,"caller-claims":{"a":{"type":"text","default":"${key.thumbprint}"}})"),
                "$.caller-claims.a.default: uses ${key.thumbprint}, which cannot stand here");
  check_problem(with(R"(,"claims":{"a":"${key.sha256}"})"), "$.claims.a: uses ${key.sha256}, which is no variable");
  check_problem(with(R"(,"variables":{"uuid":{}},"claims":{"a":"${uuid}"})" + once),
                "$.variables.uuid: is a word of the profile language");
  CHECK(problems_of(with(R"(,"header":{"kid":"${key.thumbprint}"})")).empty());
  for (const char* kid : {"k-${key.thumbprint}", "${certificate.sha256}"})
    check_problem(with(R"(,"header":{"kid":")" + std::string(kid) + R"("})"),
                  "$.header.kid: may name nothing of the key but ${key.thumbprint}");
  check_problem(with(R"(,"claims":{"a":["\u007fuuid\u007f"]})"), "$.claims.a: holds a DEL character");
}

TEST_CASE("Variables are changed or left out in ways that fit") {
  check_problem(with(R"(,"variables":{"v":{"optional":true,"default":"x"}},"claims":{"a":"${v}"})"),
                "$.variables.v.optional: stands beside a default");
  check_problem(with(R"(,"variables":{"v":{"one-of":["x"],"upper-case":true}},"claims":{"a":"${v}"})"),
                "$.variables.v.one-of: stands beside a change");
  check_problem(with(R"(,"variables":{"v":{"replace":{".":1}}},"claims":{"a":"${v}"})"),
                "$.variables.v.replace[\".\"]: must be one text for another");
  check_problem(with(R"(,"variables":{"v":{"replace":{"":"x"}}},"claims":{"a":"${v}"})"), "$.variables.v.replace");
  check_problem(with(R"(,"variables":{"v":{"prefix":"ab","one-of":["abc","b"]}},"claims":{"a":"${v}"})"),
                "$.variables.v.one-of: holds a text that the other rules refuse");
  check_problem(with(R"(,"variables":{"v":{"format":["uuid","URL"]}},"claims":{"a":"${v}"})"),
                "$.variables.v.format: must be uuid, origin");
  check_problem(with(R"(,"variables":{"v":{"format":7}},"claims":{"a":"${v}"})"), "$.variables.v.format: must be");
}

TEST_CASE("Caller claims have types, members and defaults that fit") {
  const auto claim = [](const std::string& text) { return with(R"(,"caller-claims":{"c":)" + text + "}"); };
  check_problem(claim(R"({"type":"number"})"),
                "$.caller-claims.c.type: must be text, integer, boolean, texts or object");
  check_problem(claim(R"({"type":"object"})"), "$.caller-claims.c.members: is missing");
  check_problem(claim(R"({"type":"object","members":{"m":{"type":"text","default":"x"}}})"),
                "$.caller-claims.c.members.m.default: is no member");
  check_problem(claim(R"({"type":"object","members":{"m":{"type":"text","secret":true}}})"),
                "$.caller-claims.c.members.m.secret: is no member");
  check_problem(claim(R"({"type":"object","members":{"m":{"type":"boolean","length":1}}})"),
                "$.caller-claims.c.members.m.length: is no member");
  check_problem(claim(R"({"type":"object","members":{}})"), "$.caller-claims.c.members: is empty");
  check_problem(claim(R"({"type":"object","members":{"m":{"type":"object","members":{}}}})"),
                "$.caller-claims.c.members.m.members: is empty");
  check_problem(claim(R"({"type":"text","members":{}})"), "$.caller-claims.c.members: is no member");
  check_problem(claim(R"({"type":"texts","min-items":3,"max-items":2})"),
                "$.caller-claims.c.min-items: is above max-items");
  check_problem(claim(R"({"type":"text","required":true,"default":"x"})"),
                "$.caller-claims.c.required: stands beside a default");
  check_problem(claim(R"({"type":"text","max-length":2,"default":"abc"})"),
                "$.caller-claims.c.default: does not keep the claim's own rule");
  check_problem(claim(R"({"type":"integer","min":0,"max":1,"default":"0"})"),
                "$.caller-claims.c.default: does not keep the claim's own rule");
  check_problem(claim(R"({"type":"text","default":"${nobody}"})"), "$.caller-claims.c.default: uses ${nobody}");
  check_problem(
      with(R"(,"exactly-one-of":["a","b"],"caller-claims":{"a":{"type":"text"},"b":{"type":"text","default":"x"}})"),
      "$.exactly-one-of: names a claim that has a default");
}

TEST_CASE("A scope's entries fit its shape") {
  const auto scope = [](const std::string& text) { return with(R"(,"scope":)" + text); };
  check_problem(scope(R"({"shape":"words","entries":"text","one-of":["a","a b"]})"),
                "$.scope.one-of: holds a text with a blank");
  check_problem(scope(R"({"shape":"words","entries":"text","prefix":"a "})"), "$.scope.prefix: holds a blank");
  check_problem(scope(R"({"shape":"words","entries":"text","suffix":" a"})"), "$.scope.suffix: holds a blank");
  check_problem(scope(R"({"shape":"text","entries":"text","max-entries":5})"),
                "$.scope.max-entries: means nothing for the shape text");
  check_problem(scope(R"({"shape":"array","entries":"get-resource","max-length":5})"), "$.scope.max-length: must be");
  CHECK(problems_of(scope(R"({"shape":"text","entries":"text","one-of":["a b"]})")).empty());
  CHECK(problems_of(scope(R"({"shape":"array","entries":"text","one-of":["a b"],"max-entries":5})")).empty());
}

TEST_CASE("A default scope is one that a request could give") {
  const auto scope = [](const std::string& text) { return with(R"(,"roles":["admin"],"scope":)" + text); };
  CHECK(problems_of(scope(R"({"shape":"words","entries":"text","default":"a b"})")).empty());
  check_problem(scope(R"({"shape":"array","entries":"text","default":"a"})"),
                "$.scope.default: is no scope that a request could give");
  check_problem(scope(R"({"shape":"array","entries":"get-resource","default":["PUT /a"]})"),
                "$.scope.default: is no scope that a request could give");
  check_problem(scope(R"({"shape":"text","entries":"text","default":"a","required-for":["admin"]})"),
                "$.scope.required-for: means nothing beside a default");
  check_problem(with(R"(,"exactly-one-of":["a","scope"],"caller-claims":{"a":{"type":"text"}},
                        "scope":{"shape":"text","entries":"text","default":"x"})"),
                "$.exactly-one-of: names a claim that has a default");
}

TEST_CASE("Sharing, order and hearsay are said in their own words") {
  check_problem(with(R"(,"reuse":{"allowed":false,"shared":true})"), "$.reuse: is not allowed and yet has rules");
  check_problem(with(R"(,"order":"file")"), "$.order: can only be sorted");
  check_problem(with(R"(,"second-hand":"a")"), "$.second-hand: must be an array");
  CHECK(profile_of(with(R"(,"second-hand":["Seen in clients."])"))->second_hand ==
        std::vector<std::string>{"Seen in clients."});
}
