#include <boost/json/serialize.hpp>

#include "daemon/rules/key_rules.h"
#include "tests/unit/rules_fixture.h"

using namespace signet;
using namespace signet::rules;
using namespace std::chrono_literals;

namespace {

const std::string kProfile = R"({"language":1,"title":"t","source":"https://e.test/","algorithms":["ES256"],
  "claims":{"iss":"us","region":"eu"},
  "caller-claims":{"sub":{"type":"text","max-length":12},"roles":{"type":"texts"},"count":{"type":"integer","min":1,"max":9},
                   "dry":{"type":"boolean"}},
  "scope":{"shape":"array","entries":"text"},
  "lifetime":{"default":300,"cap":600}})";

const std::string kLines = "token = build\nobject = pkcs11:object=x\nprofile = test\nallow = user:ci\n";  // 4 lines

KeyReading reading_of(const std::string& lines, const std::string& profile = kProfile) {
  return read_key_config("/k/x.conf", kLines + lines, {{"test", profile_of(profile)}}, accounts());
}

KeyPolicy policy_of(const std::string& lines, const std::string& profile = kProfile) {
  return key_of(kLines + lines, {{"test", profile_of(profile)}});
}

/// The one problem of these lines, which begin in line 5.
std::string problem(const std::string& lines, const std::string& profile = kProfile) {
  const auto reading = reading_of(lines, profile);
  for (const auto& text : texts_of(reading.problems)) UNSCOPED_INFO(text);
  REQUIRE(reading.problems.size() == 1);
  CHECK_FALSE(reading.key);
  return to_string(reading.problems.front());
}

std::string with(std::string what, std::string by) { return replaced(kProfile, what, by); }

}  // namespace

TEST_CASE("A key file without rules lets everything of its profile through") {
  const auto key = policy_of("");
  CHECK_FALSE(key.rules.caller_claims);
  CHECK(key.rules.forced.empty());
  CHECK(names_of(key.rules).empty());
  CHECK(lets_through(key.rules, "sub"));
  CHECK_FALSE(only_recorded(key.rules.mode, "max-lifetime"));
}

TEST_CASE("The rules of a key file are read") {
  const auto key = policy_of(R"(caller-claims = sub,  roles
claim count = 3
claim-allow sub = ci-*
claim-allow sub = release
claim-allow   roles = read
scope-allow = reports.*
require-scope = yes
max-lifetime = 5min
mode = audit claim-allow sub, max-lifetime
)");
  CHECK(*key.rules.caller_claims == std::vector<std::string>{"sub", "roles"});
  CHECK(key.rules.forced == boost::json::object{{"count", 3}});
  CHECK(key.rules.claim_allow.at("sub").size() == 2);
  CHECK(key.rules.claim_allow.at("roles").front().text() == "read");
  CHECK(key.rules.scope_allow.front().text() == "reports.*");
  CHECK(key.rules.require_scope);
  CHECK(key.rules.max_lifetime == 300s);
  CHECK(names_of(key.rules) == std::vector<std::string>{"caller-claims", "claim-allow roles", "claim-allow sub",
                                                        "scope-allow", "require-scope", "max-lifetime"});
  CHECK(only_recorded(key.rules.mode, "claim-allow sub"));
  CHECK(only_recorded(key.rules.mode, "max-lifetime"));
  CHECK_FALSE(only_recorded(key.rules.mode, "claim-allow roles"));
  CHECK(lets_through(key.rules, "roles"));
  CHECK_FALSE(lets_through(key.rules, "dry"));
  CHECK_FALSE(lets_through(key.rules, "count"));
}

TEST_CASE("An empty caller-claims lets none through") {
  const auto key = policy_of("caller-claims =\n");
  CHECK(key.rules.caller_claims->empty());
  CHECK_FALSE(lets_through(key.rules, "sub"));
}

TEST_CASE("caller-claims names caller claims of the profile, each once") {
  CHECK(problem("caller-claims = sub, rolls\n") ==
        "/k/x.conf:5: caller-claims: names rolls, which is no caller claim of profile test, which has sub, roles, "
        "count, dry");
  CHECK(problem("caller-claims = scope\n").starts_with("/k/x.conf:5: caller-claims: names scope, which is no caller"));
  CHECK(problem("caller-claims = sub, sub\n") == "/k/x.conf:5: caller-claims: names sub twice; keep one");
  CHECK(problem("caller-claims = sub,\n").starts_with("/k/x.conf:5: caller-claims: has an empty place between commas"));
  CHECK(has_problem(read_key(kAppleKey + "caller-claims = sub\n").problems,
                    "/k/apple.conf:8: caller-claims: names sub, which is no caller claim of profile apple-enterprise, "
                    "which has none"));
}

TEST_CASE("A forced claim is JSON, else a text") {
  const auto forced = [](const std::string& line) { return policy_of(line + "\n").rules.forced; };
  CHECK(forced("claim sub = ci") == boost::json::object{{"sub", "ci"}});
  CHECK(forced("claim sub = \"ci\"") == boost::json::object{{"sub", "ci"}});
  CHECK(forced("claim sub = a=b").at("sub") == "a=b");
  CHECK(forced("claim dry = true").at("dry") == true);
  CHECK(forced("claim roles = [\"a\",\"b\"]").at("roles").as_array().size() == 2);
  CHECK(problem("claim sub =\n") == "/k/x.conf:5: claim sub: has no value; write one, \"\" for an empty text");
  CHECK(problem("claim roles = [\"a\"\n").starts_with("/k/x.conf:5: claim roles: begins like JSON and is none ("));
  CHECK(problem("claim sub = a\nclaim sub = b\n") == "/k/x.conf:6: claim sub: stands in line 5 already; keep one");
}

TEST_CASE("A forced claim keeps to the profile's types and texts, checked when the file is read") {
  CHECK(problem("claim sub = 123\n") ==
        "/k/x.conf:5: claim sub: has a value that profile test refuses: claims.sub must be a text.");
  CHECK(problem("claim sub = longer-than-twelve\n") ==
        "/k/x.conf:5: claim sub: has a value that profile test refuses: claims.sub must be 1 to 12 octets of printable "
        "text.");
  CHECK(problem("claim count = 10\n").ends_with("claims.count must be a whole number from 1 to 9."));
  CHECK(problem("claim dry = yes\n").ends_with("claims.dry must be true or false."));
  CHECK(problem("claim roles = []\n").ends_with("claims.roles must be an array of 1 to 16 texts."));
  CHECK(problem("claim roles = a\n").ends_with("claims.roles must be an array of 1 to 16 texts."));
}

TEST_CASE("Who speaks to whom, and when, is never a key file's to set") {
  CHECK(problem("claim region = us\n") == "/k/x.conf:5: claim region: is set by profile test; remove the line");
  CHECK(problem("claim iss = me\n") == "/k/x.conf:5: claim iss: is set by profile test; remove the line");
  for (const char* name : {"aud", "iat", "exp", "nbf"})
    CHECK(problem(std::string("claim ") + name + " = 1\n") ==
          std::string("/k/x.conf:5: claim ") + name + ": is never a key file's to set; remove the line");
  CHECK(problem("claim zone = x\n") ==
        "/k/x.conf:5: claim zone: is no caller claim of profile test, which has sub, roles, count, dry; a key file "
        "sets no others");
}

TEST_CASE("A profile with open-claims lets a key file set others, but never those") {
  const auto open = with(R"("scope":)", R"("open-claims":true,"scope":)");
  const auto key = policy_of("claim zone = {\"a\":[1]}\nclaim sub = x\n", open);
  CHECK(boost::json::serialize(key.fixed_claims) == R"({"iss":"us","region":"eu","zone":{"a":[1]}})");
  CHECK(problem("claim aud = x\n", open).ends_with("is never a key file's to set; remove the line"));
  CHECK(problem("claim region = us\n", open).ends_with("is set by profile test; remove the line"));
  CHECK(problem("claim scope = x\n", with(R"("scope":{"shape":"array","entries":"text"},)", R"("open-claims":true,)"))
            .starts_with("/k/x.conf:5: claim scope: means nothing to profile test, whose tokens have no scope"));
}

TEST_CASE("A forced scope has the profile's shape") {
  CHECK(policy_of("claim scope = [\"a\"]\n").rules.forced.at("scope").as_array().size() == 1);
  CHECK(problem("claim scope = a\n") ==
        "/k/x.conf:5: claim scope: has a value that profile test refuses: scope must be an array of texts for this "
        "key, even where it holds one.");
  const auto words = with(R"("shape":"array")", R"("shape":"words")");
  CHECK(policy_of("claim scope = [\"a\",\"b\"]\n", words).rules.forced.at("scope") == "a b");
  CHECK(has_problem(
      read_key(kAppleKey + "claim scope = [\"POST /v1/x\"]\n").problems,
      "/k/apple.conf:8: claim scope: has a value that profile apple-enterprise refuses: scope[0] must be GET"));
}

TEST_CASE("claim-allow is for texts that a caller can give") {
  CHECK(problem("claim-allow zone = x\n") ==
        "/k/x.conf:5: claim-allow zone: rules no caller claim of profile test, which has sub, roles, count, dry");
  CHECK(problem("claim-allow count = 1\n") ==
        "/k/x.conf:5: claim-allow count: rules a claim that is no text; a pattern matches texts alone");
  CHECK(problem("claim-allow scope = x\n") ==
        "/k/x.conf:5: claim-allow scope: is not how a scope is ruled; write scope-allow = PATTERN");
  CHECK(problem("claim-allow sub = a\nclaim-allow sub =\n").starts_with("/k/x.conf:6: claim-allow sub: is empty"));
  CHECK(problem("claim-allow sub = \\d+\n").starts_with("/k/x.conf:5: claim-allow sub: has a \\ that stands before"));
}

TEST_CASE("Rules under which no request could pass are problems") {
  const auto required = with(R"("max-length":12)", R"("required":true)");
  CHECK(problem("caller-claims = roles\n", required) ==
        "/k/x.conf:5: caller-claims: leaves out sub, without which profile test makes no token; add it, or set it with "
        "claim sub = VALUE");
  CHECK(policy_of("caller-claims = roles\nclaim sub = x\n", required).rules.forced.contains("sub"));
  const auto one_of = with(R"("scope":)", R"("exactly-one-of":["sub","count"],"scope":)");
  CHECK(problem("caller-claims = roles\n", one_of) ==
        "/k/x.conf:5: caller-claims: leaves out all of sub, count, of which profile test wants exactly one; add one");
  CHECK(problem("claim sub = x\nclaim count = 1\n", one_of) ==
        "/k/x.conf: sets more than one of the claims sub, count, of which profile test wants exactly one; keep one "
        "claim line");
  CHECK(policy_of("caller-claims = count\n", one_of).rules.caller_claims->size() == 1);
}

TEST_CASE("Rules of scopes need a profile with a scope, and do not contradict each other") {
  const auto none = with(R"("scope":{"shape":"array","entries":"text"},)", "");
  CHECK(problem("scope-allow = a\n", none) ==
        "/k/x.conf:5: scope-allow: means nothing to profile test, whose tokens have no scope; remove it");
  CHECK(problem("require-scope = yes\n", none).starts_with("/k/x.conf:5: require-scope: means nothing"));
  CHECK(problem("require-scope = always\n") == "/k/x.conf:5: require-scope: is neither yes nor no");
  CHECK(has_problem(read_key(kAppleKey + "unscoped = allow\nrequire-scope = yes\n").problems,
                    "/k/apple.conf:9: require-scope: contradicts unscoped = allow; keep one of the two"));
  CHECK(policy_of("scope-allow = a\nunscoped = allow\n").unscoped_allowed);
  CHECK(problem("unscoped = allow\n").starts_with("/k/x.conf:5: unscoped: means nothing to profile test"));
}

TEST_CASE("max-lifetime lies between the default and the profile's longest") {
  CHECK(policy_of("max-lifetime = 10min\n").rules.max_lifetime == 600s);
  CHECK(policy_of("max-lifetime = 10min\n").default_lifetime == 300s);
  CHECK(problem("max-lifetime = 601s\n") ==
        "/k/x.conf:5: max-lifetime: is above 600s, the longest that profile test allows this key; lower it, or leave "
        "it out");
  CHECK(problem("max-lifetime = 2min\nlifetime = 3min\n") == "/k/x.conf:6: lifetime: is above max-lifetime; lower it");
  CHECK(problem("max-lifetime = 0s\n") == "/k/x.conf:5: max-lifetime: must be whole seconds, at least one");
  CHECK(has_problem(reading_of("max-lifetime = 2min\nlifetime = soon\n").problems, "/k/x.conf:6: lifetime: is not a"));
  const auto endless =
      with(R"("lifetime":{"default":300,"cap":600})", R"("lifetime":{"expires":false},"reuse":{"max-age":60})");
  CHECK(problem("max-lifetime = 1min\n", endless) ==
        "/k/x.conf:5: max-lifetime: means nothing to profile test, whose tokens have no expiry; remove it");
}

TEST_CASE("The profile's default gives way to a shorter max-lifetime that is enforced") {
  CHECK(policy_of("max-lifetime = 2min\n").default_lifetime == 120s);
  CHECK(policy_of("max-lifetime = 2min\nmode = audit\n").default_lifetime == 300s);
  CHECK(longest_lifetime(policy_of("max-lifetime = 2min\n")) == 120s);
  CHECK(longest_lifetime(policy_of("")) == 600s);
}

TEST_CASE("max-lifetime may be as long as long-lived tokens where the key has them") {
  const auto long_lived = kStoreKey + "long-lived = allow\n";
  CHECK(key_of(long_lived + "max-lifetime = 30d\n").rules.max_lifetime == 720h);
  CHECK(has_problem(read_key(kStoreKey + "max-lifetime = 30d\n").problems,
                    "/k/apple.conf:8: max-lifetime: is above 1140s"));
  CHECK(has_problem(read_key(long_lived + "max-lifetime = 180d\n").problems,
                    "/k/apple.conf:9: max-lifetime: is above 15551940s"));
}

TEST_CASE("mode is enforce, audit, or audit of rules that the file has") {
  CHECK_FALSE(policy_of("mode = enforce\n").rules.mode.audit);
  CHECK(only_recorded(policy_of("mode = audit\nscope-allow = a\n").rules.mode, "scope-allow"));
  for (const char* mode : {"off", "audit: scope-allow", "auditing", "Audit", ""})
    CHECK(problem(std::string("mode = ") + mode + "\n")
              .starts_with("/k/x.conf:5: mode: must be enforce, audit, or audit and"));
  CHECK(problem("mode = audit claim-allow sub\nmax-lifetime = 1min\n") ==
        "/k/x.conf:5: mode: names claim-allow sub, which is no rule of this file; write of these: max-lifetime");
  CHECK(problem("mode = audit scope-allow\n") ==
        "/k/x.conf:5: mode: names scope-allow, which is no rule of this file; it has none");
}

TEST_CASE("A key file whose profile is broken is not blamed for its rules") {
  const auto reading =
      read_key_config("/k/x.conf", kLines + "claim sub = x\nclaim-allow sub = y\nmax-lifetime = 1min\n",
                      {{"test", nullptr}}, accounts());
  CHECK(texts_of(reading.problems) ==
        std::vector<std::string>{"/k/x.conf:3: profile: names a profile whose own file is wrong; mend that first"});
}

TEST_CASE("Administrators' keys of both Apple services need a scope unless the key file lifts that") {
  for (const auto& text : {replaced(kAppleKey, "developer", "admin"), replaced(kStoreKey, "app-manager", "admin")}) {
    CHECK(role_demands_scope(key_of(text)));
    CHECK_FALSE(role_demands_scope(key_of(text + "unscoped = allow\n")));
  }
  CHECK_FALSE(role_demands_scope(key_of(kAppleKey)));
}

TEST_CASE("A default that the file's own rules would refuse is a problem") {
  const std::string sub = R"("sub":{"type":"text","max-length":12})";
  const auto profile = with(sub, R"("sub":{"type":"text","default":"ci-main"})");
  CHECK(problem("claim-allow sub = build-*\n", profile) ==
        "/k/x.conf:5: claim-allow sub: does not match the value that sub has where a request does not give it; add a "
        "line that does, or set the claim with claim sub = VALUE");
  CHECK(policy_of("claim-allow sub = build-*\nclaim-allow sub = ci-*\n", profile).rules.claim_allow.size() == 1);
  CHECK(policy_of("claim-allow sub = build-*\nclaim sub = x\n", profile).rules.forced.contains("sub"));
  CHECK(policy_of("claim-allow sub = build-*\nmode = audit\n", profile).rules.mode.audit);
  const auto fresh = replaced(with(sub, R"("sub":{"type":"text","default":"${uuid}"})"), R"("lifetime":)",
                              R"("reuse":{"allowed":false},"lifetime":)");
  CHECK(problem("claim-allow sub = build-*\n", fresh).starts_with("/k/x.conf:5: claim-allow sub: does not match"));
  CHECK(policy_of("claim-allow sub = *-*\n", fresh).rules.claim_allow.size() == 1);
  const auto scoped = with(R"("entries":"text"})", R"("entries":"text","default":["read"]})");
  CHECK(problem("scope-allow = write\n", scoped)
            .starts_with("/k/x.conf:5: scope-allow: does not match the scope that profile test gives"));
  CHECK(policy_of("scope-allow = write\nscope-allow = read\n", scoped).rules.scope_allow.size() == 2);
}

TEST_CASE("A forced value that would not be what is written is a problem") {
  for (const char* value : {"1e400", "-1e400", "123456789012345678901"})
    CHECK(problem(std::string("claim count = ") + value + "\n").find("is a number that cannot be signed") !=
          std::string::npos);
  CHECK(problem("claim sub = null\n") ==
        "/k/x.conf:5: claim sub: is null, which says nothing; remove the line, or write \"null\" for the text");
  for (const char* text : {"2026-11-25", "1.2.3", "007", "1e", "-"})
    CHECK(policy_of(std::string("claim sub = ") + text + "\n").rules.forced.at("sub") == text);
}
