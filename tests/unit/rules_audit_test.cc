#include "daemon/rules/audit.h"
#include "daemon/rules/refusal_cap.h"
#include "tests/unit/rules_fixture.h"

using namespace signet;
using namespace signet::rules;
using namespace std::chrono_literals;

namespace {

constexpr AuditTime kTime{std::chrono::milliseconds(1'709'208'001'007)};  // 2024-02-29 12:00:01.007

}  // namespace

TEST_CASE("An issued JWT leaves one line with a fixed order of members") {
  const AuditRecord record{.time = kTime,
                           .request_id = "r-1",
                           .peer = kCi,
                           .key = "apple",
                           .profile = "apple-enterprise",
                           .outcome = "issued",
                           .jwt_sha256 = sha256(bytes_of("abc")),
                           .kid = "2X9R4HXF34",
                           .alg = "ES256",
                           .issued_at = 1'709'207'941,
                           .expires_at = 1'709'208'841,
                           .scoped = true};
  CHECK(
      audit_line(record) ==
      R"({"time":"2024-02-29T12:00:01.007Z","request_id":"r-1","uid":1001,"gid":1001,"pid":77,"user":"ci","key":"apple",)"
      R"("profile":"apple-enterprise","outcome":"issued",)"
      R"("jwt_sha256":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",)"
      R"("kid":"2X9R4HXF34","alg":"ES256","issued_at":1709207941,"expires_at":1709208841,"scoped":true})"
      "\n");
}

TEST_CASE("A refusal's line leaves out what does not exist") {
  const AuditRecord record{
      .time = AuditTime{}, .request_id = "r-2", .peer = {.uid = 5, .gid = 6, .pid = 7}, .outcome = "not_permitted"};
  CHECK(audit_line(record) ==
        "{\"time\":\"1970-01-01T00:00:00.000Z\",\"request_id\":\"r-2\",\"uid\":5,\"gid\":6,\"pid\":7,"
        "\"outcome\":\"not_permitted\"}\n");
}

TEST_CASE("No text can break a line or forge a member") {
  const AuditRecord record{
      .time = kTime, .request_id = "a\n\",\"outcome\":\"issued", .peer = kCi, .outcome = "internal"};
  const auto line = audit_line(record);
  CHECK(line.find('\n') == line.size() - 1);
  CHECK(parse_json(std::string_view(line).substr(0, line.size() - 1)).value().at("outcome") == "internal");
}

TEST_CASE("After so many refusals of a uid in a window the rest are counted") {
  RefusalCap cap;
  for (std::uint64_t i = 0; i < RefusalCap::kPerWindow; ++i) CHECK(cap.note(5, kTime));
  for (int i = 0; i < 1000; ++i) CHECK_FALSE(cap.note(5, kTime + 10s));
  CHECK(cap.note(6, kTime));
  CHECK(cap.take_ended(kTime + 59s).empty());

  const auto ended = cap.take_ended(kTime + 60s);
  REQUIRE(ended.size() == 1);
  CHECK(ended.front().uid == 5);
  CHECK(ended.front().count == 1000);
  CHECK(audit_line(ended.front(), kTime + 60s) ==
        R"({"time":"2024-02-29T12:01:01.007Z","uid":5,"outcome":"refusals_suppressed","count":1000,)"
        R"("from":"2024-02-29T12:00:01.007Z","to":"2024-02-29T12:00:11.007Z"})"
        "\n");
  CHECK(cap.take_ended(kTime + 60s).empty());
  CHECK(cap.note(5, kTime + 60s));
}

TEST_CASE("A window that suppressed nothing leaves no line") {
  RefusalCap cap;
  cap.note(5, kTime);
  CHECK(cap.take_ended(kTime + 60s).empty());
  CHECK(cap.take_all().empty());
}

TEST_CASE("A clock that steps back ends a window") {
  RefusalCap cap;
  for (std::uint64_t i = 0; i <= RefusalCap::kPerWindow; ++i) cap.note(5, kTime);
  CHECK(cap.take_ended(kTime - 1s).size() == 1);
  CHECK(cap.note(5, kTime - 1s));
}

TEST_CASE("At the end nothing suppressed is forgotten") {
  RefusalCap cap;
  for (std::uint64_t i = 0; i <= RefusalCap::kPerWindow; ++i) cap.note(5, kTime);
  const auto all = cap.take_all();
  REQUIRE(all.size() == 1);
  CHECK(all.front().count == 1);
  CHECK(cap.take_all().empty());
}
