#include "daemon/rules/claims.h"
#include "proto/bytes.h"
#include "proto/jws.h"
#include "tests/unit/rules_fixture.h"

using namespace signet;
using namespace signet::rules;
using namespace std::chrono_literals;

namespace {

constexpr WallTime kNow{std::chrono::seconds(1'700'000'000)};
constexpr WallTime kBuilt{std::chrono::seconds(1'600'000'000)};

struct Texts {
  std::string header;
  std::string payload;
};

constexpr std::string_view kUuidText = "0b1a2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d";

Texts texts_of_jwt(const KeyPolicy& key, const std::string& body) {
  const auto plan = plan_jwt(key, request_of(body));
  REQUIRE_OK(plan);
  const auto jwt = fill_times(plan.value(), kNow, kBuilt, kUuidText);
  REQUIRE_OK(jwt);
  REQUIRE_OK(check_signing_input(jwt.value().signing_input, key.algorithm));
  const auto parts = parse_compact_jws(jws_compact(jwt.value().signing_input, bytes_of("signature")));
  REQUIRE_OK(parts);
  return {parts.value().header_json, parts.value().payload_json};
}

std::string refusal(const KeyPolicy& key, const std::string& body, ErrorCode code = ErrorCode::claims_rejected) {
  const auto plan = plan_jwt(key, request_of(body));
  INFO(body);
  REQUIRE_ERROR(plan, code);
  return plan.error().message;
}

/// A key of a profile written here; its key file says nothing more than it must.
KeyPolicy key_with(const std::string& more, const std::string& lines = "") {
  const auto profile = profile_of(
      R"({"language":1,"title":"t","source":"https://e.test/","algorithms":["ES256"],"lifetime":{"default":60,"cap":120,"backdate":10})" +
      more + "}");
  return key_of("token = build\nobject = pkcs11:object=x\nprofile = test\nallow = user:ci\n" + lines,
                {{"test", profile}});
}

/// What stands between the fences of a page, in its order.
std::vector<std::string> code_blocks(const std::string& page) {
  std::vector<std::string> blocks;
  for (auto open = page.find("```"); open != std::string::npos;) {
    const auto begin = page.find('\n', open) + 1;
    const auto end = page.find("```", begin);
    blocks.push_back(page.substr(begin, end - begin));
    open = page.find("```", end + 3);
  }
  return blocks;
}

}  // namespace

TEST_CASE("A JWT for the Enterprise Program holds exactly what Apple documents, in a fixed order") {
  const auto [header, payload] = texts_of_jwt(key_of(kAppleKey), "");
  CHECK(header == R"({"alg":"ES256","kid":"2X9R4HXF34","typ":"JWT"})");
  CHECK(
      payload ==
      R"({"iss":"57246542-96fe-1a63-e053-0824d011072a","aud":"apple-developer-enterprise-v1","iat":1699999940,"exp":1700000840})");
}

TEST_CASE("Apple's scope stands before the times") {
  const auto payload =
      texts_of_jwt(key_of(kAppleKey), R"({"scope":["GET /v1/devices?limit=5"],"lifetime":60})").payload;
  CHECK(payload == R"({"iss":"57246542-96fe-1a63-e053-0824d011072a","aud":"apple-developer-enterprise-v1",)"
                   R"("scope":["GET /v1/devices?limit=5"],"iat":1699999940,"exp":1700000060})");
}

TEST_CASE("JWTs for App Store Connect name the team or the user") {
  CHECK(
      texts_of_jwt(key_of(kStoreKey), "").payload ==
      R"({"iss":"57246542-96fe-1a63-e053-0824d011072a","aud":"appstoreconnect-v1","iat":1699999940,"exp":1700000840})");
  const auto individual =
      replaced(kStoreKey, "issuer  = 57246542-96fe-1a63-e053-0824d011072a\n", "key-kind = individual\n");
  CHECK(texts_of_jwt(key_of(individual), "").payload ==
        R"({"sub":"user","aud":"appstoreconnect-v1","iat":1699999940,"exp":1700000840})");
}

TEST_CASE("No request reaches the header or a fixed claim") {
  for (const auto& text : {kAppleKey, kStoreKey}) {
    const auto key = key_of(text);
    const auto plain = texts_of_jwt(key, "");
    for (const char* name : {"alg", "kid", "typ", "iss", "aud", "sub", "iat", "exp", "nbf", "jti", "crit", "b64", "jwk",
                             "x5c", "", "Iss", "iss "}) {
      for (const char* value : {R"("x")", "1", "null", "[]", "{}", R"("none")"})
        CHECK(refusal(key, std::string(R"({"claims":{")") + name + "\":" + value + "}}").find("claims") == 0);
    }
    const auto scoped = texts_of_jwt(key, R"({"scope":["GET /v1/a"],"lifetime":1,"fresh":true})");
    CHECK(scoped.header == plain.header);
    const auto claims = parse_json(scoped.payload).value().as_object();
    CHECK(claims.at("aud") == key.fixed_claims.at("aud"));
    CHECK(claims.at("iss") == key.fixed_claims.at("iss"));
    CHECK(claims.size() == 5);
  }
}

TEST_CASE("A refusal names the claim and never its value") {
  const auto key = key_of(kAppleKey);
  CHECK(refusal(key, R"({"claims":{"iss":"secret"}})") == "claims.iss is set by the service alone; leave it out.");
  CHECK(refusal(key, R"({"claims":{"exp":1}})") == "claims.exp is set by the service alone; leave it out.");
  CHECK(refusal(key, R"({"claims":{"color":"secret"}})") ==
        "claims.color may not be given for this key; leave it out.");
  CHECK(refusal(key, R"({"claims":{"a\nb":1}})") == R"(claims["a\nb"] may not be given for this key; leave it out.)");
  CHECK(refusal(key, R"({"claims":{")" + std::string(5000, 'a') + R"(":1}})").size() < 200);
}

TEST_CASE("scope may stand among the claims, and twice is an error") {
  const auto key = key_of(kAppleKey);
  const auto beside = texts_of_jwt(key, R"({"scope":["GET /v1/a"]})");
  const auto among = texts_of_jwt(key, R"({"claims":{"scope":["GET /v1/a"]}})");
  CHECK(beside.payload == among.payload);
  CHECK(refusal(key, R"({"scope":["GET /v1/a"],"claims":{"scope":["GET /v1/a"]}})") ==
        "scope and claims.scope are both given; keep one of them.");
  CHECK(refusal(key, R"({"scope":"GET /v1/a"})").starts_with("scope must be an array"));
  CHECK(refusal(key, R"({"claims":{"scope":["PUT /v1/a"]}})").starts_with("scope[0] must be GET"));
  CHECK(refusal(key_with(""), R"({"scope":["GET /v1/a"]})") == "scope may not be given for this key; leave it out.");
}

TEST_CASE("An administrator's key signs nothing without a scope unless the key file allows it") {
  const auto admin = replaced(kAppleKey, "developer", "admin");
  CHECK(refusal(key_of(admin), "") == "scope is missing; a key of this role signs no token without one.");
  CHECK(plan_jwt(key_of(admin), request_of(R"({"scope":["GET /v1/a"]})")));
  CHECK(plan_jwt(key_of(admin + "unscoped = allow\n"), request_of("")));
  CHECK(plan_jwt(key_of(kAppleKey), request_of("")));
  for (const char* role : {"admin", "account-holder"})
    CHECK(refusal(key_of(replaced(kStoreKey, "app-manager", role)), "").starts_with("scope is missing"));
}

TEST_CASE("The plan says whether a scope is in it and whether a new JWT is asked for") {
  const auto key = key_of(kAppleKey);
  CHECK_FALSE(plan_jwt(key, request_of("")).value().scoped);
  CHECK(plan_jwt(key, request_of(R"({"scope":["GET /v1/a"]})")).value().scoped);
  CHECK(plan_jwt(key, request_of(R"({"fresh":true})")).value().fresh);
}

TEST_CASE("A caller's claims follow the profile's order, types and limits") {
  const auto key = key_with(R"(,"claims":{"iss":"me"},"caller-claims":{
    "sub":{"type":"text","max-length":5,"required":true},"n":{"type":"integer","min":-1,"max":9},"ok":{"type":"boolean"},
    "tags":{"type":"texts","one-of":["a","b"],"max-items":2}})");
  CHECK(texts_of_jwt(key, R"({"claims":{"tags":["b","a"],"ok":false,"n":9,"sub":"x"}})").payload ==
        R"({"iss":"me","sub":"x","n":9,"ok":false,"tags":["b","a"],"iat":1699999990,"exp":1700000060})");
  CHECK(texts_of_jwt(key, R"({"claims":{"sub":"\u00e4"}})").payload ==
        R"({"iss":"me","sub":"ä","iat":1699999990,"exp":1700000060})");
  CHECK(refusal(key, "") == "claims.sub is missing, and this key's service needs it.");
  CHECK(refusal(key, R"({"claims":{"sub":7}})") == "claims.sub must be a text.");
  CHECK(refusal(key, R"({"claims":{"sub":"toolong"}})") == "claims.sub must be 1 to 5 octets of printable text.");
  CHECK(refusal(key, R"({"claims":{"sub":"x","n":10}})") == "claims.n must be a whole number from -1 to 9.");
  CHECK(refusal(key, R"({"claims":{"sub":"x","n":1.0}})") == "claims.n must be a whole number from -1 to 9.");
  CHECK(refusal(key, R"({"claims":{"sub":"x","n":"1"}})") == "claims.n must be a whole number from -1 to 9.");
  CHECK(refusal(key, R"({"claims":{"sub":"x","ok":1}})") == "claims.ok must be true or false.");
  CHECK(refusal(key, R"({"claims":{"sub":"x","tags":[]}})") == "claims.tags must be an array of 1 to 2 texts.");
  CHECK(refusal(key, R"({"claims":{"sub":"x","tags":["a","b","a"]}})") ==
        "claims.tags must be an array of 1 to 2 texts.");
  CHECK(refusal(key, R"({"claims":{"sub":"x","tags":["c"]}})") == "claims.tags must be one of: a, b.");
}

TEST_CASE("Where a service takes one claim or the other, a request gives exactly one") {
  const auto key = key_with(
      R"(,"caller-claims":{"aud":{"type":"text"}},"scope":{"shape":"words","entries":"text"},"exactly-one-of":["scope","aud"])");
  CHECK(texts_of_jwt(key, R"({"scope":["a","b"]})").payload == R"({"scope":"a b","iat":1699999990,"exp":1700000060})");
  CHECK(texts_of_jwt(key, R"({"claims":{"aud":"x"}})").payload == R"({"aud":"x","iat":1699999990,"exp":1700000060})");
  CHECK(refusal(key, "") == "exactly one of these claims must be given: scope, aud.");
  CHECK(refusal(key, R"({"scope":"a","claims":{"aud":"x"}})") ==
        "exactly one of these claims must be given: scope, aud.");
}

TEST_CASE("Header fields and claims of other services are data") {
  const auto weather = key_with(
      R"(,"variables":{"key-id":{"length":10,"characters":"A-Z0-9"},"team-id":{"length":10,"characters":"A-Z0-9"},"service-id":{}},
          "header":{"kid":"${key-id}","id":"${team-id}.${service-id}"},"claims":{"iss":"${team-id}","sub":"${service-id}"})",
      "key-id = ABCDEFGHIJ\nteam-id = TEAM000001\nservice-id = com.example.weather\n");
  CHECK(weather.header_json == R"({"alg":"ES256","kid":"ABCDEFGHIJ","id":"TEAM000001.com.example.weather"})");
  const auto nested = key_with(R"(,"claims":{"context":{"value":{"a":["${v}",1,true,null]}}},"variables":{"v":{}})",
                               "v = \"quoted\\\n");
  CHECK(texts_of_jwt(nested, "").payload ==
        R"({"context":{"a":["\"quoted\\",1,true,null]},"iat":1699999990,"exp":1700000060})");
}

TEST_CASE("Claims that no HTTP header could carry are refused") {
  const auto key = key_with(R"(,"caller-claims":{"s":{"type":"texts","max-length":4096,"max-items":10}})");
  const std::string long_text(4000, 'a');
  CHECK(refusal(key, R"({"claims":{"s":[")" + long_text + "\",\"" + long_text + "\",\"" + long_text + "\",\"" +
                         long_text + R"("]}})") == "claims are larger than 12288 octets together; ask for less.");
}

TEST_CASE("The worked example of docs/profiles.md does what the page says") {
  const auto page = read_whole(SIGNET_DOCS "/profiles.md");
  const auto blocks = code_blocks(page.substr(page.find("## A worked example")));
  REQUIRE(blocks.size() >= 4);
  CHECK(std::ranges::count(blocks[0], '\n') <= 20);
  const auto key = key_of(blocks[1], {{"example", profile_of(blocks[0], "example")}});
  CHECK(key.header_json ==
        R"({"alg":"RS256","kid":"0123abcd","typ":"JWT","id":"57246542-96fe-1a63-e053-0824d011072a.eu"})");
  CHECK(texts_of_jwt(key, blocks[2]).payload + "\n" == blocks[3]);
}
