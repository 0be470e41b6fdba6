#include <boost/json/serialize.hpp>

#include "daemon/rules/audit.h"
#include "daemon/rules/audit_chain.h"
#include "tests/unit/rules_fixture.h"

using namespace signet;
using namespace signet::rules;

namespace {

constexpr UtcTime kTime{std::chrono::milliseconds(1'709'208'001'007)};  // 2024-02-29 12:00:01.007

AuditRecord issued() {
  return {.time = kTime,
          .request_id = "r-1",
          .peer = kCi,
          .key = "apple",
          .profile = "apple-enterprise",
          .outcome = "issued",
          .kid = "2X9R4HXF34",
          .alg = "ES256",
          .spki_sha256 = sha256(bytes_of("abc")),
          .jwt_sha256 = sha256(bytes_of("abc")),
          .issued_at = 1'709'207'941,
          .expires_at = 1'709'208'841,
          .lifetime = 840,
          .cached = false,
          .scoped = true,
          .claims_json = R"({"aud":"a"})"};
}

boost::json::object read_back(const AuditRecord& record) {
  const auto line = parse_json(chain_line({}, audit_members(record)));
  REQUIRE_OK(line);
  return line.value().as_object();
}

std::string text_at(const boost::json::object& line, const char* name) { return line.at(name).as_string().c_str(); }

/// Every text that a caller, NSS or a configuration may have a hand in.
AuditRecord all_of(const std::string& text) {
  AuditRecord record = issued();
  record.request_id = record.key = record.profile = record.rule = record.kid = record.alg = text;
  record.would_refuse = {text, text};
  record.peer->user = text;
  record.peer->unit = record.peer->slice = text;
  record.claims_json = boost::json::serialize(boost::json::object{{"sub", text}, {text, 1}});
  return record;
}

}  // namespace

TEST_CASE("An issued JWT leaves one line with a fixed order of members") {
  AuditRecord record = issued();
  record.peer->unit = "gitlab-runner.service";
  record.peer->slice = "system.slice";
  record.would_refuse = {"scope-allow", "rate 1/s"};
  const ChainHead head{41, sha256(bytes_of("abc"))};
  CHECK(
      chain_line(head, audit_members(record)) ==
      R"({"seq":42,"time":"2024-02-29T12:00:01.007Z","request_id":"r-1","uid":1001,"user":"ci","gid":1001,"pid":77,)"
      R"("unit":"gitlab-runner.service","slice":"system.slice","key":"apple","profile":"apple-enterprise","outcome":"issued",)"
      R"("would_refuse":["scope-allow","rate 1/s"],"kid":"2X9R4HXF34","alg":"ES256",)"
      R"("spki_sha256":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",)"
      R"("jwt_sha256":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",)"
      R"("issued_at":1709207941,"expires_at":1709208841,"lifetime":840,"cached":false,"scoped":true,)"
      R"("claims":{"aud":"a"},"prev":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"})");
}

TEST_CASE("A signature that was lost is named by what was to be signed") {
  const AuditRecord record{.time = UtcTime{}, .outcome = "lost", .input_sha256 = sha256(bytes_of("abc"))};
  CHECK(audit_members(record) ==
        R"("time":"1970-01-01T00:00:00.000Z","outcome":"lost",)"
        R"("input_sha256":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")");
}

TEST_CASE("A refusal's line has the rule, and leaves out what does not exist") {
  const AuditRecord record{.time = UtcTime{},
                           .request_id = "r-2",
                           .peer = Peer{.uid = 5, .gid = 6, .pid = 7},
                           .outcome = "not_permitted",
                           .rule = "allow"};
  CHECK(audit_members(record) == R"("time":"1970-01-01T00:00:00.000Z","request_id":"r-2","uid":5,"gid":6,"pid":7,)"
                                 R"("outcome":"not_permitted","rule":"allow")");
}

TEST_CASE("What nobody asked for names nobody") {
  AuditRecord record = issued();
  record.request_id.clear();
  record.peer.reset();
  const auto line = read_back(record);
  for (const char* name : {"request_id", "uid", "user", "gid", "pid", "unit", "slice"})
    CHECK_FALSE(line.contains(name));
  CHECK(line.at("key") == "apple");
}

TEST_CASE("No text breaks a line, forges a member or hides what follows") {
  const auto honest = read_back(issued());
  for (const std::string& text :
       {std::string("a\n{\"seq\":2,\"outcome\":\"issued\"}\nb"), std::string("x\",\"outcome\":\"forged\",\"y\":\""),
        std::string("back\\"), std::string("\\\",\"outcome\":\"forged"), std::string("nul\0inside", 10),
        std::string("\r\v\f\x1b[2K\x7f"), std::string("\xc2\x85 \xc2\x9b"), std::string("\xe2\x80\xa8\xe2\x80\xa9"),
        std::string("\xe2\x80\xae right to left"), std::string("\xff\xfe \xc3 \xed\xa0\x80 \xf4\x90\x80\x80"),
        std::string("\xf0\x9f\x94\x91"), std::string(",\"prev\":\"") + std::string(64, '0') + "\"}"}) {
    const auto record = all_of(text);
    const auto line = chain_line({6, {}}, audit_members(record));
    INFO(line);
    CHECK(std::ranges::all_of(line, [](char c) { return c >= 0x20 && c < 0x7f; }));
    CHECK(chain_link(line) == ChainLink{7, {}});
    const auto read = read_back(record);
    CHECK(read.at("outcome") == "issued");
    CHECK(read.size() == honest.size() + 4);  // unit, slice, rule, would_refuse
    CHECK(read.at("claims").as_object().size() == 2);
  }
}

TEST_CASE("A text reads back as it was, but for what is no text at all") {
  const std::string text = "q\" b\\ \n \x7f \xc2\x85 \xe2\x80\xa8 \xf0\x9f\x94\x91 \xc3\xa4";
  const auto line = read_back(all_of(text));
  for (const char* name : {"request_id", "user", "unit", "slice", "key", "rule"}) CHECK(text_at(line, name) == text);
  CHECK(text_at(line.at("claims").as_object(), "sub") == text);
  CHECK(text_at(read_back(all_of("a\xff\xc3z")), "user") == "a\xef\xbf\xbd\xef\xbf\xbdz");
}

TEST_CASE("Large claims are recorded by their hash") {
  const auto claims_of = [](std::size_t letters) { return R"({"sub":")" + std::string(letters, 'x') + "\"}"; };
  AuditRecord record = issued();
  record.claims_json = claims_of(kMaxRecordedClaims - 10);
  CHECK(read_back(record).contains("claims"));
  record.claims_json = claims_of(kMaxRecordedClaims - 9);
  const auto line = read_back(record);
  CHECK_FALSE(line.contains("claims"));
  CHECK(text_at(line, "claims_sha256") == hex(sha256(bytes_of(record.claims_json))));
}

TEST_CASE("A plan's record has the final claims without times and without those that the profile calls secret") {
  const auto profile = profile_of(
      R"({"language":1,"title":"t","source":"https://e.test/","algorithms":["ES256"],
          "lifetime":{"default":60,"cap":120,"backdate":10},"claims":{"iss":"us"},
          "caller-claims":{"sub":{"type":"text","max-length":99},"nonce":{"type":"text","max-length":99,"secret":true}}})");
  const auto key =
      key_of("token = build\nobject = pkcs11:object=x\nprofile = test\nallow = user:ci\n", {{"test", profile}});
  const auto plan = plan_jwt(key, request_of(R"({"claims":{"nonce":"hush","sub":"me"},"lifetime":30})"));
  REQUIRE_OK(plan);
  CHECK(plan.value().claims_json == R"({"iss":"us","sub":"me","nonce":"hush"})");
  AuditRecord record;
  put_plan(record, plan.value());
  CHECK(record.claims_json == R"({"iss":"us","sub":"me"})");
  CHECK(record.lifetime == 30);
  CHECK(record.profile == "test");
  CHECK(record.alg == "ES256");
}

TEST_CASE("Claims that are new in each JWT are recorded with the JWT, not with its plan") {
  const auto profile = profile_of(
      R"({"language":1,"title":"t","source":"https://e.test/","algorithms":["ES256"],
          "lifetime":{"default":60,"cap":120,"backdate":10},"claims":{"jti":"${uuid}"},"reuse":{"allowed":false}})");
  const auto key =
      key_of("token = build\nobject = pkcs11:object=x\nprofile = test\nallow = user:ci\n", {{"test", profile}});
  const auto plan = plan_jwt(key, request_of(""));
  REQUIRE_OK(plan);
  AuditRecord record;
  put_plan(record, plan.value());
  CHECK(record.claims_json.empty());
  const auto jwt = fill_times(plan.value(), WallTime(std::chrono::seconds(9)), WallTime(), "one-of-its-own");
  REQUIRE_OK(jwt);
  CHECK(jwt.value().recorded_claims_json == R"({"jti":"one-of-its-own"})");
}
