#include "daemon/rules/audit_entry.h"
#include "tests/support/catch.h"

using namespace signet;
using namespace signet::rules;

namespace {

const std::string kZeros(64, '0');
const std::string kOnes(64, '1');

std::string line_of(const std::string& members) {
  return R"({"seq":7,"time":"2026-11-25T12:00:00.000Z",)" + members + "}";
}
std::string with_prev(const std::string& members) { return line_of(members + R"(,"prev":")" + kZeros + "\""); }

std::string refusal(const std::string& line) {
  const auto entry = read_audit_entry(line);
  INFO(line);
  REQUIRE_FALSE(entry);
  return entry.error().message;
}

}  // namespace

TEST_CASE("a line is read with all that it says") {
  const auto entry = read_audit_entry(with_prev(
      R"("request_id":"r","uid":1000,"user":"ci","gid":9,"pid":77,"unit":"a.service","key":"apple","profile":"p","outcome":"issued",)"
      R"("kid":"K","alg":"ES256","spki_sha256":")" +
      kOnes + R"(","jwt_sha256":")" + kOnes +
      R"(","issued_at":5,"expires_at":6,"lifetime":1,"cached":true,"scoped":true,"claims":{"sub":"x"})"));
  REQUIRE(entry);
  CHECK(entry->seq == 7);
  CHECK(utc_timestamp(entry->time) == "2026-11-25T12:00:00.000Z");
  CHECK(entry->request_id == "r");
  CHECK((entry->uid == 1000 && entry->pid == 77));
  CHECK((entry->user == "ci" && entry->unit == "a.service"));
  CHECK((entry->key == "apple" && entry->profile == "p" && entry->outcome == "issued"));
  CHECK((entry->kid == "K" && entry->alg == "ES256"));
  CHECK((entry->issued_at == 5 && entry->expires_at == 6));
  CHECK((entry->cached && entry->scoped));
  REQUIRE((entry->spki_sha256 && entry->jwt_sha256));
  CHECK(hex(*entry->jwt_sha256) == kOnes);
  CHECK(entry->claims.at("sub") == "x");
}

TEST_CASE("what a newer signetd writes passes, what no signetd writes does not") {
  CHECK(read_audit_entry(with_prev(R"("outcome":"started","new_member":{"a":[1]})")));
  const std::string good = with_prev(R"("outcome":"started")");
  CHECK(refusal("").find("JSON") != std::string::npos);
  CHECK(refusal("[]").find("$") != std::string::npos);
  CHECK(refusal(good + " {}").find("more text") != std::string::npos);
  CHECK(refusal(good.substr(0, good.size() - 1)).find("not complete") != std::string::npos);
  CHECK(refusal(with_prev(R"("outcome":"started","seq":8)")).find("twice") != std::string::npos);
  CHECK(refusal(with_prev(R"("outcome":3)")).find("$.outcome") != std::string::npos);
  CHECK(refusal(with_prev(R"("uid":0)")).find("$.outcome") != std::string::npos);
  CHECK(refusal(with_prev(R"("outcome":"issued","uid":-1)")).find("$.uid") != std::string::npos);
  CHECK(refusal(with_prev(R"("outcome":"issued","jwt_sha256":"secret-value")")).find("secret") == std::string::npos);
  CHECK(refusal(line_of(R"("outcome":"issued")")).find("$.prev") != std::string::npos);
  CHECK(refusal(line_of(R"("prev":")" + kZeros + R"(","outcome":"issued")")).find("last member") != std::string::npos);
  CHECK(
      refusal(R"({"seq":0,"time":"2026-11-25T12:00:00.000Z","outcome":"a","prev":")" + kZeros + "\"}").find("$.seq") !=
      std::string::npos);
  CHECK(refusal(R"({"seq":1,"time":"2026-11-25 12:00","outcome":"a","prev":")" + kZeros + "\"}").find("$.time") !=
        std::string::npos);
}
