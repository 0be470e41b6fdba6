#include <string>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "proto/api.h"
#include "tests/support/catch.h"
#include "tests/support/matchers.h"
#include "tests/unit/proto_api_bodies.h"

using namespace signet;
using namespace signet::testing;
namespace json = boost::json;

namespace {

struct Refusal {
  std::string body;
  std::string path;
};

const std::string kTokenAnswer = write(TokenAnswer{.token = "h.p.s",
                                                   .key = "apple",
                                                   .kid = "2X9R4HXF34",
                                                   .alg = "ES256",
                                                   .issued_at = 1700000000,
                                                   .expires_at = 1700000840,
                                                   .reusable_until = 1700000400,
                                                   .cached = true});
const std::string kKeyDetail = write(KeyDetail{
    .summary = {.name = "apple", .profile = "apple-enterprise", .alg = "ES256", .kid = "K", .state = "ready"},
    .jwk = json::object{{"kty", "EC"}},
    .may_ask = {.claims = {{.name = "sub", .type = "text", .required = true, .one_of = {"a", "b"}, .allow = {"a*"}},
                           {.name = "count", .type = "integer", .min = -1, .max = 9}},
                .exactly_one_of = {"sub", "aud"},
                .forced = {"aud"},
                .scope = true,
                .scope_required = true,
                .scope_allow = {"GET /v1/*"},
                .default_lifetime = 840,
                .max_lifetime = 1140,
                .mode = "audit",
                .audited = {"claim-allow sub"}},
    .admitted_by = "user:ci"});
const std::string kWhoAmI = write(
    WhoAmI{.uid = 1000, .user = "ci", .gid = 1000, .groups = {4, 27}, .unit = "ci.service", .slice = "system.slice"});
const std::string kHealth = write(Health{.status = "degraded",
                                         .tokens = {{"build", {"absent", "The token is not there.", 1700000000}}},
                                         .keys = {{"apple", {"misconfigured", "Its key changed."}}}});

}  // namespace

TEST_CASE("an empty body asks for a token with nothing special") {
  const Result<TokenRequest> request = read_token_request("");
  REQUIRE_OK(request);
  CHECK(request->claims.empty());
  CHECK_FALSE(request->scope.has_value());
  CHECK_FALSE(request->lifetime.has_value());
  CHECK_FALSE(request->fresh);
  REQUIRE_OK(read_token_request("{}"));
}

TEST_CASE("a token request survives the way through JSON") {
  const TokenRequest request{
      .claims = {{"sub", "x"}, {"n", 1}}, .scope = json::array{"GET /v1/a"}, .lifetime = 600, .fresh = true};
  const Result<TokenRequest> read = read_token_request(write(request));
  REQUIRE_OK(read);
  CHECK(read->claims == request.claims);
  CHECK(*read->scope == *request.scope);
  CHECK(read->lifetime == request.lifetime);
  CHECK(read->fresh);
  CHECK(read_token_request(R"({"scope":"signature"})")->scope->as_string() == "signature");
}

TEST_CASE("a token request refuses what is not its own, with the path") {
  const auto refusal = GENERATE(values<Refusal>({
      {"[]", "$"},
      {"null", "$"},
      {R"("x")", "$"},
      {" ", "$"},
      {R"({"claim":{}})", "$.claim"},
      {R"({"fresh":false,"alg":"none"})", "$.alg"},
      {R"({"a b":1})", R"($["a b"])"},
      {R"({"claims":[]})", "$.claims"},
      {R"({"claims":null})", "$.claims"},
      {R"({"claims":{"sub":1,"sub":2}})", "$.claims.sub"},
      {R"({"claims":{},"claims":{}})", "$.claims"},
      {R"({"claims":{"n":9223372036854775808}})", "$.claims.n"},
      {"{\"claims\":{\"sub\":\"\xff\"}}", "$.claims.sub"},
      {R"({"scope":1})", "$.scope"},
      {R"({"scope":null})", "$.scope"},
      {R"({"scope":{}})", "$.scope"},
      {R"({"scope":["GET /a",2]})", "$.scope[1]"},
      {R"({"lifetime":"600"})", "$.lifetime"},
      {R"({"lifetime":600.0})", "$.lifetime"},
      {R"({"lifetime":6e2})", "$.lifetime"},
      {R"({"lifetime":true})", "$.lifetime"},
      {R"({"lifetime":null})", "$.lifetime"},
      {R"({"lifetime":0})", "$.lifetime"},
      {R"({"lifetime":-1})", "$.lifetime"},
      {R"({"lifetime":315360001})", "$.lifetime"},
      {R"({"lifetime":99999999999999999999})", "$.lifetime"},
      {R"({"fresh":"true"})", "$.fresh"},
      {R"({"fresh":1})", "$.fresh"},
      {R"({"fresh":null})", "$.fresh"},
  }));
  INFO("body: " << refusal.body);
  require_refused(read_token_request(refusal.body), refusal.path);
}

TEST_CASE("the limits of a lifetime are within them") {
  CHECK(read_token_request(R"({"lifetime":1})")->lifetime == 1);
  CHECK(read_token_request(R"({"lifetime":315360000})")->lifetime == 315360000);
}

TEST_CASE("the first thing that is wrong is the one reported") {
  require_refused(read_token_request(R"({"unknown":1,"lifetime":"x","fresh":3})"), "$.lifetime");
}

TEST_CASE("a request body has at most 64 KiB") {
  const std::string filled = R"({"scope":")" + std::string(kMaxRequestBodyBytes - 12, 'x') + R"("})";
  REQUIRE(filled.size() == kMaxRequestBodyBytes);
  REQUIRE_OK(read_token_request(filled));
  require_refused(read_token_request(filled + " "), "$");
}

TEST_CASE("a token answer survives the way through JSON") {
  const Result<TokenAnswer> answer = read_token_answer(kTokenAnswer);
  REQUIRE_OK(answer);
  CHECK(answer->token == "h.p.s");
  CHECK(answer->key == "apple");
  CHECK(answer->kid == "2X9R4HXF34");
  CHECK(answer->alg == "ES256");
  CHECK(answer->issued_at == 1700000000);
  CHECK(answer->expires_at == 1700000840);
  CHECK(answer->reusable_until == 1700000400);
  CHECK(answer->cached);
}

TEST_CASE("a token without expiry has null there") {
  const std::string body = with_member(kTokenAnswer, "expires_at", "null");
  const Result<TokenAnswer> answer = read_token_answer(body);
  REQUIRE_OK(answer);
  CHECK_FALSE(answer->expires_at.has_value());
  CHECK(json::parse(write(*answer)).at("expires_at").is_null());
}

TEST_CASE("a token answer refuses each member that is missing or of the wrong type") {
  for (const char* name : {"token", "key", "kid", "alg", "issued_at", "expires_at", "reusable_until", "cached"}) {
    INFO(name);
    require_refused(read_token_answer(with_member(kTokenAnswer, name, "")), std::string("$.") + name);
    require_refused(read_token_answer(with_member(kTokenAnswer, name, "[]")), std::string("$.") + name);
  }
  require_refused(read_token_answer(with_member(kTokenAnswer, "issued_at", "-1")), "$.issued_at");
  require_refused(read_token_answer(with_member(kTokenAnswer, "issued_at", "null")), "$.issued_at");
  require_refused(read_token_answer(with_member(kTokenAnswer, "more", "1")), "$.more");
}

TEST_CASE("a list of keys survives the way through JSON") {
  const std::vector<KeySummary> keys{{"a", "p", "ES256", "K1", "ready"}, {"b", "q", "RS256", "", "disabled"}};
  const Result<std::vector<KeySummary>> read = read_key_list(write_key_list(keys));
  REQUIRE_OK(read);
  REQUIRE(read->size() == 2);
  CHECK(read->at(1).name == "b");
  CHECK(read->at(1).state == "disabled");
  CHECK(read_key_list(R"({"keys":[]})")->empty());
}

TEST_CASE("a list of keys refuses what is wrong in any of them") {
  require_refused(read_key_list("{}"), "$.keys");
  require_refused(read_key_list(R"({"keys":{}})"), "$.keys");
  require_refused(read_key_list(R"({"keys":[1]})"), "$.keys[0]");
  const std::string good = R"({"name":"a","profile":"p","alg":"ES256","kid":"K","state":"ready"})";
  require_refused(read_key_list("{\"keys\":[" + good + ",{\"name\":\"b\"}]}"), "$.keys[1].profile");
  require_refused(read_key_list("{\"keys\":[" + good + "," + with_member(good, "kid", "7") + "]}"), "$.keys[1].kid");
  require_refused(read_key_list("{\"keys\":[" + with_member(good, "pin", "7") + "]}"), "$.keys[0].pin");
}

TEST_CASE("a key's details survive the way through JSON") {
  const Result<KeyDetail> detail = read_key_detail(kKeyDetail);
  REQUIRE_OK(detail);
  CHECK(detail->summary.profile == "apple-enterprise");
  CHECK(detail->jwk->at("kty") == "EC");
  using Texts = std::vector<std::string>;
  REQUIRE(detail->may_ask.claims.size() == 2);
  const auto& sub = detail->may_ask.claims.front();
  CHECK((sub.name == "sub" && sub.type == "text" && sub.required));
  CHECK((sub.one_of == Texts{"a", "b"} && sub.allow == Texts{"a*"} && !sub.min));
  const auto& count = detail->may_ask.claims.back();
  CHECK((count.min == -1 && count.max == 9 && !count.required && count.allow.empty()));
  CHECK(detail->may_ask.exactly_one_of == Texts{"sub", "aud"});
  CHECK(detail->may_ask.forced == Texts{"aud"});
  CHECK(detail->may_ask.scope_allow == Texts{"GET /v1/*"});
  CHECK(detail->may_ask.mode == "audit");
  CHECK(detail->may_ask.audited == Texts{"claim-allow sub"});
  CHECK(detail->may_ask.scope);
  CHECK(detail->may_ask.scope_required);
  CHECK(detail->may_ask.default_lifetime == 840);
  CHECK(detail->may_ask.max_lifetime == 1140);
  CHECK(detail->admitted_by == "user:ci");
}

TEST_CASE("a key may have neither public key nor expiry") {
  const Result<KeyDetail> read = read_key_detail(write(KeyDetail{.summary = {"a", "p", "ES256", "", "opening"}}));
  REQUIRE_OK(read);
  CHECK_FALSE(read->jwk.has_value());
  CHECK_FALSE(read->may_ask.max_lifetime.has_value());
}

TEST_CASE("a key's details refuse what is wrong inside") {
  require_refused(read_key_detail(with_member(kKeyDetail, "may_ask", "")), "$.may_ask");
  require_refused(read_key_detail(with_member(kKeyDetail, "may_ask", "3")), "$.may_ask");
  require_refused(read_key_detail(with_member(kKeyDetail, "jwk", "\"x\"")), "$.jwk");
  require_refused(read_key_detail(with_member(kKeyDetail, "admitted_by", "1")), "$.admitted_by");
  const auto may_ask = [](const std::string& text) {
    return read_key_detail(with_member(kKeyDetail, "may_ask", text));
  };
  const auto with = [&](const std::string& more) {
    return may_ask(R"({"claims":[],"scope":true,"scope_required":false,"mode":"enforce")" + more + "}");
  };
  REQUIRE_OK(with(""));
  require_refused(may_ask(R"({"claims":[1],"scope":true,"scope_required":false,"mode":"enforce"})"),
                  "$.may_ask.claims[0]");
  require_refused(
      may_ask(R"({"claims":[{"name":"a","type":"text"}],"scope":true,"scope_required":false,"mode":"enforce"})"),
      "$.may_ask.claims[0].required");
  require_refused(may_ask(R"({"claims":[],"scope":"yes","scope_required":false,"mode":"enforce"})"), "$.may_ask.scope");
  require_refused(may_ask(R"({"claims":[],"scope":true,"scope_required":false})"), "$.may_ask.mode");
  require_refused(with(R"(,"max_lifetime":0)"), "$.may_ask.max_lifetime");
  require_refused(with(R"(,"forced":"sub")"), "$.may_ask.forced");
  require_refused(with(R"(,"scope_allow":[1])"), "$.may_ask.scope_allow[0]");
  require_refused(with(R"(,"x":0)"), "$.may_ask.x");
}

TEST_CASE("who-am-I survives the way through JSON") {
  const Result<WhoAmI> who = read_who_am_i(kWhoAmI);
  REQUIRE_OK(who);
  CHECK(who->uid == 1000);
  CHECK(who->user == "ci");
  CHECK(who->groups == std::vector<std::uint32_t>{4, 27});
  CHECK(who->unit == "ci.service");
  CHECK(who->slice == "system.slice");
  CHECK_FALSE(read_who_am_i(write(WhoAmI{.uid = 4294967295U}))->unit.has_value());
  CHECK(read_who_am_i(write(WhoAmI{.uid = 4294967295U}))->uid == 4294967295U);
}

TEST_CASE("who-am-I refuses ids out of range") {
  require_refused(read_who_am_i(with_member(kWhoAmI, "uid", "-1")), "$.uid");
  require_refused(read_who_am_i(with_member(kWhoAmI, "gid", "4294967296")), "$.gid");
  require_refused(read_who_am_i(with_member(kWhoAmI, "groups", "[0,-1]")), "$.groups[1]");
  require_refused(read_who_am_i(with_member(kWhoAmI, "groups", "[\"0\"]")), "$.groups[0]");
  require_refused(read_who_am_i(with_member(kWhoAmI, "groups", "")), "$.groups");
  require_refused(read_who_am_i(with_member(kWhoAmI, "unit", "1")), "$.unit");
  require_refused(read_who_am_i(with_member(kWhoAmI, "slice", "1")), "$.slice");
}

TEST_CASE("health survives the way through JSON") {
  const Result<Health> health = read_health(kHealth);
  REQUIRE_OK(health);
  CHECK(health->status == "degraded");
  CHECK(health->api == kApiVersion);
  CHECK(health->tokens.at("build").state == "absent");
  CHECK(health->tokens.at("build").since == 1700000000);
  CHECK(health->keys.at("apple").message == "Its key changed.");
}

TEST_CASE("health refuses what is wrong in any token or key") {
  require_refused(read_health(with_member(kHealth, "api", "0")), "$.api");
  require_refused(read_health(with_member(kHealth, "tokens", "[]")), "$.tokens");
  require_refused(read_health(with_member(kHealth, "tokens", R"({"b":{"state":"ready","message":""}})")),
                  "$.tokens.b.since");
  require_refused(read_health(with_member(kHealth, "tokens", R"({"b":1})")), "$.tokens.b");
  require_refused(read_health(with_member(kHealth, "keys", R"({"a":{"state":1,"message":""}})")), "$.keys.a.state");
}

TEST_CASE("a JWK set survives the way through JSON") {
  const Result<std::vector<json::object>> keys =
      read_jwks(write_jwks({{{"kty", "EC"}, {"kid", "K"}}, {{"kty", "RSA"}}}));
  REQUIRE_OK(keys);
  REQUIRE(keys->size() == 2);
  CHECK(keys->at(0).at("kid") == "K");
  require_refused(read_jwks(R"({"keys":[{},[]]})"), "$.keys[1]");
  require_refused(read_jwks("[]"), "$");
}

TEST_CASE("a reason for disabling has 1 to 500 characters") {
  CHECK(read_disable_request(write(DisableRequest{"leaked"}))->reason == "leaked");
  std::string longest;
  for (int i = 0; i < 500; ++i) longest += "\xc3\xa4";
  REQUIRE_OK(read_disable_request(write(DisableRequest{longest})));
  require_refused(read_disable_request(write(DisableRequest{longest + "x"})), "$.reason");
  require_refused(read_disable_request(R"({"reason":""})"), "$.reason");
  require_refused(read_disable_request(R"({})"), "$.reason");
  require_refused(read_disable_request(""), "$");
  require_refused(read_disable_request(R"({"reason":"x","until":1})"), "$.until");
}
