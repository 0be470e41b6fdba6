#include "daemon/rules/owed_records.h"
#include "tests/support/catch.h"

namespace signet::test {
namespace {

using rules::AuditRecord;
using rules::OwedRecords;

AuditRecord signed_record(const std::string& jwt, const std::string& outcome = "issued") {
  AuditRecord record;
  record.key = "apple";
  record.outcome = outcome;
  record.cached = false;
  record.jwt_sha256 = sha256(bytes_of(jwt));
  return record;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("owed records: what nobody got is told of as unclaimed, in the order in which it came") {
  OwedRecords owed;
  REQUIRE(owed.empty());
  REQUIRE(owed.keep(signed_record("first")));
  REQUIRE(owed.keep(signed_record("second", "refreshed")));
  REQUIRE(owed.size() == 2);
  for (const std::string jwt : {"first", "second"}) {
    REQUIRE(has(owed.first(), R"("outcome":"unclaimed")"));
    REQUIRE(has(owed.first(), hex(sha256(bytes_of(jwt)))));
    REQUIRE_FALSE(has(owed.first(), "cached"));
    owed.drop_first();
  }
  REQUIRE(owed.empty());
}

TEST_CASE("owed records: what was lost or disabled meanwhile stays that") {
  OwedRecords owed;
  AuditRecord lost = signed_record("any", "lost");
  lost.jwt_sha256.reset();
  lost.input_sha256 = sha256(bytes_of("input"));
  REQUIRE(owed.keep(lost));
  REQUIRE(has(owed.first(), R"("outcome":"lost")"));
  owed.drop_first();
  REQUIRE(owed.keep(signed_record("any", "key_disabled")));
  REQUIRE(has(owed.first(), R"("outcome":"key_disabled")"));
}

TEST_CASE("owed records: a refusal, a cached JWT and a JWT that is owed already are not kept") {
  OwedRecords owed;
  AuditRecord refusal;
  refusal.outcome = "not_permitted";
  REQUIRE(owed.keep(refusal));
  AuditRecord cached = signed_record("cached");
  cached.cached = true;
  REQUIRE(owed.keep(cached));
  REQUIRE(owed.empty());
  REQUIRE(owed.keep(signed_record("shared")));
  REQUIRE(owed.keep(signed_record("shared")));
  REQUIRE(owed.size() == 1);
}

TEST_CASE("owed records: where there is no room it says so") {
  OwedRecords owed(1);
  REQUIRE(owed.keep(signed_record("first")));
  REQUIRE_FALSE(owed.keep(signed_record("second")));
  REQUIRE(owed.size() == 1);
}

}  // namespace signet::test
