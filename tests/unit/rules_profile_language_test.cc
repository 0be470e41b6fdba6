#include "daemon/rules/claims.h"
#include "daemon/rules/reuse.h"
#include "proto/jws.h"
#include "tests/unit/profile_texts.h"
#include "tests/unit/rules_fixture.h"

// What the members of the profile language do, each in the smallest profile that has it.
using namespace signet;
using namespace signet::rules;
using namespace std::chrono_literals;

namespace {

constexpr WallTime kNow{std::chrono::seconds(1'700'000'000)};
constexpr WallTime kBuilt{std::chrono::seconds(1'600'000'000)};
constexpr std::string_view kOneUuid = "11111111-2222-4333-8444-555555555555";

KeyPolicy key_with(const std::string& members, const std::string& lines = "", const std::string& lifetime = kMinute) {
  return key_of("token = build\nobject = pkcs11:object=x\nprofile = test\nallow = user:ci\n" + lines,
                {{"test", profile_of(profile_text(members, lifetime))}});
}

std::string problem_of_key(const std::string& members, const std::string& lines) {
  const auto reading = read_key_config("/k/a.conf", "token = build\nobject = pkcs11:object=x\nprofile = test\n" + lines,
                                       {{"test", profile_of(profile_text(members))}}, accounts());
  REQUIRE(reading.problems.size() == 1);
  return to_string(reading.problems.front());
}

JwtPlan plan(const KeyPolicy& key, const std::string& body = "") {
  auto planned = plan_jwt(key, request_of(body));
  REQUIRE_OK(planned);
  return std::move(planned).value();
}

std::string payload(const KeyPolicy& key, const std::string& body = "", std::string_view uuid = kOneUuid) {
  const auto jwt = fill_times(plan(key, body), kNow, kBuilt, uuid);
  REQUIRE_OK(jwt);
  REQUIRE_OK(check_signing_input(jwt.value().signing_input, key.algorithm));
  const auto parts = parse_compact_jws(jws_compact(jwt.value().signing_input, bytes_of("signature")));
  REQUIRE_OK(parts);
  return parts.value().payload_json;
}

std::string refusal(const KeyPolicy& key, const std::string& body, ErrorCode code = ErrorCode::claims_rejected) {
  const auto refused = plan_jwt(key, request_of(body));
  INFO(body);
  REQUIRE_ERROR(refused, code);
  return refused.error().message;
}

}  // namespace

TEST_CASE("A JWT holds the times that its profile lists, in that order") {
  const auto times = [](const std::string& lifetime) { return payload(key_with("", "", lifetime)); };
  CHECK(times(R"({"default":60,"cap":120,"backdate":10})") == R"({"iat":1699999990,"exp":1700000060})");
  CHECK(times(R"({"default":60,"cap":120,"backdate":10,"claims":["nbf","exp","iat"]})") ==
        R"({"nbf":1699999990,"exp":1700000060,"iat":1699999990})");
  CHECK(times(R"({"default":60,"cap":120,"backdate":10,"claims":["nbf","exp"]})") ==
        R"({"nbf":1699999990,"exp":1700000060})");
  CHECK(times(R"({"default":60,"cap":60,"claims":["exp"]})") == R"({"exp":1700000060})");
}

TEST_CASE("A fixed lifetime is nobody's to choose") {
  const std::string hour = R"({"default":3540,"cap":3600,"backdate":60,"fixed":true})";
  const auto key = key_with("", "", hour);
  CHECK(payload(key) == R"({"iat":1699999940,"exp":1700003540})");
  CHECK(payload(key, R"({"lifetime":3540})") == payload(key));
  CHECK(refusal(key, R"({"lifetime":60})", ErrorCode::lifetime_rejected) ==
        "Tokens of this key all live 3540 s; leave lifetime out.");
  const auto reading =
      read_key_config("/k/a.conf", "token = build\nobject = pkcs11:object=x\nprofile = test\nlifetime = 59min\n",
                      {{"test", profile_of(profile_text("", hour))}}, accounts());
  CHECK(has_problem(reading.problems, "/k/a.conf:4: lifetime: means nothing to profile test"));
}

TEST_CASE("A fresh UUID stands in each JWT and in no cache key") {
  const auto key = key_with(
      R"(,"claims":{"jti":"${uuid}","same":["x-${uuid}"]},"caller-claims":{"nonce":{"type":"text","format":"uuid",
         "default":"${uuid}"}},"reuse":{"allowed":true})");
  const std::string one(kOneUuid);
  CHECK(payload(key) == R"({"jti":")" + one + R"(","same":["x-)" + one + R"("],"nonce":")" + one +
                            R"(","iat":1699999990,"exp":1700000060})");
  CHECK(payload(key, "", "other").starts_with(R"({"jti":"other","same":["x-other"])"));
  CHECK(cache_key(plan(key), {}) == cache_key(plan(key), {}));
  const std::string given = R"({"claims":{"nonce":"57246542-96fe-1a63-e053-0824d011072a"}})";
  CHECK(payload(key, given).find(R"("nonce":"57246542)") != std::string::npos);
  CHECK(cache_key(plan(key), {}) != cache_key(plan(key, given), {}));
}

TEST_CASE("Without a UUID nothing is signed that wants one") {
  const auto key = key_with(R"(,"claims":{"jti":"${uuid}"},"reuse":{"allowed":false})");
  REQUIRE_ERROR(fill_times(plan(key), kNow, kBuilt), ErrorCode::internal);
}

TEST_CASE("Nobody can write a value's mark into a JWT") {
  const auto key = key_with(
      R"(,"variables":{"v":{}},"claims":{"a":"${v}"},"caller-claims":{"t":{"type":"text"},"u":{"type":"texts"}},
         "scope":{"shape":"words","entries":"text"})",
      "v = ${uuid}\n");
  CHECK(
      payload(key, R"({"claims":{"t":"${uuid}","u":["${key.thumbprint}"]},"scope":"${uuid}"})") ==
      R"({"a":"${uuid}","t":"${uuid}","u":["${key.thumbprint}"],"scope":"${uuid}","iat":1699999990,"exp":1700000060})");
  CHECK(refusal(key, R"({"claims":{"t":"\u007fuuid\u007f"}})").starts_with("claims.t must be"));
  CHECK(refusal(key, R"({"claims":{"u":["\u007fuuid\u007f"]}})").starts_with("claims.u must be"));
  CHECK(refusal(key, R"({"scope":"\u007fuuid\u007f"})").starts_with("scope[0] must be"));
}

TEST_CASE("Members that use an absent optional variable are left out") {
  const std::string members =
      R"(,"variables":{"key-id":{"optional":true},"user":{"optional":true,"max-length":4}},
         "header":{"kid":"${key-id}","typ":"JWT"},"claims":{"iss":"me","sub":"${user}","deep":{"value":{"a":["${user}"]}}},
         "caller-claims":{"act":{"type":"text","default":"${user}"}})";
  const auto bare = key_with(members);
  CHECK(bare.header_json == R"({"alg":"ES256","typ":"JWT"})");
  CHECK(bare.kid.empty());
  CHECK(payload(bare) == R"({"iss":"me","iat":1699999990,"exp":1700000060})");
  const auto full = key_with(members, "user = joe\nkey-id = k1\n");
  CHECK(full.header_json == R"({"alg":"ES256","kid":"k1","typ":"JWT"})");
  CHECK(payload(full) ==
        R"({"iss":"me","sub":"joe","deep":{"a":["joe"]},"act":"joe","iat":1699999990,"exp":1700000060})");
  CHECK(problem_of_key(members, "user = joanna\n").find("user: must be 1 to 4 octets") != std::string::npos);
}

TEST_CASE("A variable is changed after it was checked") {
  const std::string members =
      R"(,"variables":{"account":{"characters":"A-Za-z0-9_.-","upper-case":true,"replace":{".":"-"}},
         "user":{"upper-case":true,"default":"ci.bot"}},"claims":{"sub":"${account}.${user}"})";
  CHECK(payload(key_with(members, "account = xy12345.eu-central-1\n"))
            .starts_with(R"({"sub":"XY12345-EU-CENTRAL-1.CI.BOT",)"));
  CHECK(payload(key_with(members, "account = a\nuser = gr\xc3\xbc\xc3\x9f\n"))
            .starts_with("{\"sub\":\"A.GR\xc3\xbc\xc3\x9f\","));
  const auto swapped =
      key_with(R"(,"variables":{"v":{"replace":{"a":"bb","b":"c"}}},"claims":{"x":"${v}"})", "v = aab\n");
  CHECK(payload(swapped).starts_with(R"({"x":"ccccc",)"));
}

TEST_CASE("An object claim has members with types of their own, signed in the profile's order") {
  const auto key = key_with(
      R"(,"caller-claims":{"dest":{"type":"object","required":true,"members":{
           "tn":{"type":"texts","characters":"0-9","max-items":2,"required":true},
           "uri":{"type":"texts","min-items":0},
           "more":{"type":"object","members":{"n":{"type":"integer","min":0,"max":9}}}}}})");
  CHECK(payload(key, R"({"claims":{"dest":{"more":{"n":3},"uri":[],"tn":["1","2"]}}})") ==
        R"({"dest":{"tn":["1","2"],"uri":[],"more":{"n":3}},"iat":1699999990,"exp":1700000060})");
  CHECK(cache_key(plan(key, R"({"claims":{"dest":{"uri":[],"tn":["1"]}}})"), {}) ==
        cache_key(plan(key, R"({"claims":{"dest":{"tn":["1"],"uri":[]}}})"), {}));
  CHECK(refusal(key, R"({"claims":{"dest":["1"]}})") == "claims.dest must be an object.");
  CHECK(refusal(key, R"({"claims":{"dest":{}}})") == "claims.dest.tn is missing, and this key's service needs it.");
  CHECK(refusal(key, R"({"claims":{"dest":{"tn":["x"]}}})") == "claims.dest.tn must be 1 to 256 characters of 0-9.");
  CHECK(refusal(key, R"({"claims":{"dest":{"tn":[]}}})") == "claims.dest.tn must be an array of 1 to 2 texts.");
  CHECK(refusal(key, R"({"claims":{"dest":{"tn":["1"],"secret":1}}})") ==
        "claims.dest.secret may not be given for this key; leave it out.");
  CHECK(refusal(key, R"({"claims":{"dest":{"tn":["1"],"more":{"n":10}}}})") ==
        "claims.dest.more.n must be a whole number from 0 to 9.");
}

TEST_CASE("A caller's claim has a default, and the request's value goes first") {
  const auto key = key_with(
      R"(,"variables":{"env":{}},"claims":{"iss":"me"},"caller-claims":{
           "first":{"type":"integer","min":0,"max":9},"aud":{"type":"text","format":"https-url","default":"https://${env}.test/"},
           "tags":{"type":"texts","default":["a","${env}"]},"on":{"type":"boolean","default":true}})",
      "env = eu\n");
  CHECK(payload(key) ==
        R"({"iss":"me","aud":"https://eu.test/","tags":["a","eu"],"on":true,"iat":1699999990,"exp":1700000060})");
  CHECK(
      payload(key, R"({"claims":{"on":false,"first":1,"aud":"https://us.test/"}})") ==
      R"({"iss":"me","first":1,"aud":"https://us.test/","tags":["a","eu"],"on":false,"iat":1699999990,"exp":1700000060})");
  CHECK(
      problem_of_key(
          R"(,"variables":{"env":{}},"caller-claims":{"aud":{"type":"text","format":"https-url","default":"https://${env}.test/"}})",
          "env = E U\n") ==
      "/k/a.conf: gives variables that make no default for a claim of profile test: claims.aud must be an https "
      "address with its host in lower case, without user name and fragment.");
}

TEST_CASE("Sorted members stand by name at every depth, times among them") {
  const auto key = key_with(
      R"(,"order":"sorted","header":{"typ":"passport","x5u":"https://c.test/a.pem","ppt":"shaken","a":{"value":{"z":1,"b":2}}},
         "claims":{"orig":{"value":{"tn":"1","a":[{"y":1,"x":2.5}]}},"zeta":null},
         "caller-claims":{"attest":{"type":"text","one-of":["A","B"],"required":true},
           "dest":{"type":"object","members":{"tn":{"type":"texts"},"a":{"type":"boolean"}}}})",
      "", R"({"expires":false},"reuse":{"max-age":30})");
  CHECK(key.header_json ==
        R"({"a":{"b":2,"z":1},"alg":"ES256","ppt":"shaken","typ":"passport","x5u":"https://c.test/a.pem"})");
  CHECK(
      payload(key, R"({"claims":{"dest":{"tn":["2"],"a":true},"attest":"A"}})") ==
      R"({"attest":"A","dest":{"a":true,"tn":["2"]},"iat":1700000000,"orig":{"a":[{"x":2.5E0,"y":1}],"tn":"1"},"zeta":null})");
}

TEST_CASE("A scope that no request gives is the profile's, in the profile's shape") {
  const auto words = key_with(R"(,"scope":{"shape":"words","entries":"text","default":["signature","impersonation"]})");
  CHECK(payload(words) == R"({"scope":"signature impersonation","iat":1699999990,"exp":1700000060})");
  CHECK(payload(words, R"({"scope":"signature"})") == R"({"scope":"signature","iat":1699999990,"exp":1700000060})");
  CHECK(plan(words).scoped);
  const auto array = key_with(R"(,"scope":{"shape":"array","entries":"get-resource","default":["GET /v1/a"]})");
  CHECK(payload(array) == R"({"scope":["GET /v1/a"],"iat":1699999990,"exp":1700000060})");
  const auto text = key_with(R"(,"scope":{"shape":"text","entries":"text","default":"server_api"})");
  CHECK(payload(text) == R"({"scope":"server_api","iat":1699999990,"exp":1700000060})");
  CHECK(cache_key(plan(text), {}) == cache_key(plan(text, R"({"scope":"server_api"})"), {}));
}

TEST_CASE("Shared JWTs serve every key name of equal header, claims and key") {
  const auto named = [](KeyPolicy key, const char* name) {
    key.name = name;
    return key;
  };
  const std::string team = R"(,"variables":{"team":{}},"claims":{"iss":"${team}"},"reuse":{"shared":)";
  const auto shared = key_with(team + "true}", "team = T1\n");
  const auto other_team = key_with(team + "true}", "team = T2\n");
  const auto own = key_with(team + "false}", "team = T1\n");
  const Sha256Digest one{};
  Sha256Digest two{};
  two[0] = std::byte{1};
  CHECK(cache_key(plan(named(shared, "a")), one) == cache_key(plan(named(shared, "b")), one));
  CHECK(cache_key(plan(named(shared, "a")), one) != cache_key(plan(named(shared, "b")), two));
  CHECK(cache_key(plan(named(shared, "a")), one) != cache_key(plan(named(other_team, "a")), one));
  CHECK(cache_key(plan(named(own, "a")), one) != cache_key(plan(named(own, "b")), one));
}
