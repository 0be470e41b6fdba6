#include "tests/unit/cli_admin_audit_words.h"

namespace signet::admin {
namespace {

TEST_CASE("audit verify takes files, heads and records") {
  const auto verify = invocation({"audit", "verify", "a", "-", "--head", "7:" + kDigest, "--head", "9:" + kDigest,
                                  "--signed", "s", "--grace", "5s", "--json"});
  CHECK(verify.command == Command::audit_verify);
  CHECK(verify.json);
  CHECK(verify.audit.files == Words{"a", "-"});
  REQUIRE(verify.audit.heads.size() == 2);
  CHECK(verify.audit.heads[1].seq == 9);
  CHECK(verify.audit.signed_files == Words{"s"});
  CHECK(verify.audit.grace == std::chrono::seconds(5));
  CHECK(invocation({"audit", "verify"}).audit.config == "/etc/signet/signetd.conf");
  CHECK(invocation({"audit", "verify", "--config", "/c"}).audit.config == "/c");
  CHECK(refusal({"audit", "verify", "--head", "7"}).starts_with("--head is no head"));
  CHECK(refusal({"audit", "verify", "--grace", "soon"}).starts_with("--grace "));
  CHECK(refusal({"audit", "verify", "-", "-"}).find("stdin") != std::string::npos);
  CHECK(refusal({"audit", "verify", "a", "--config", "/c"}).find("not both") != std::string::npos);
  CHECK(refusal({"audit", "verify", "--token", "x"}).find("--token") != std::string::npos);
}

TEST_CASE("a JWT is never an argument of audit who") {
  const auto sentence = refusal({"audit", "who", kJwt});
  CHECK(sentence.find("stdin") != std::string::npos);
  CHECK(sentence.find("--jwt-fd") != std::string::npos);
  CHECK(sentence.find(kJwt.substr(0, 20)) == std::string::npos);
  CHECK(refusal({"audit", "who", "--jwt-fd", "3", kJwt}) == sentence);
  for (const std::string& word :
       {"Bearer " + kJwt, "Authorization: Bearer " + kJwt, "\"" + kJwt + "\"", " " + kJwt + "\n"})
    CHECK(refusal({"audit", "who", word}) == sentence);
  CHECK(invocation({"audit", "who", "/tmp/eyJ.a.b"}).audit.jwt.file == "/tmp/eyJ.a.b");

  CHECK(invocation({"audit", "who", kDigest, "a"}).audit.jwt.sha256.has_value());
  CHECK(invocation({"audit", "who", kDigest, "a"}).audit.files == Words{"a"});
  CHECK(invocation({"audit", "who", "-"}).audit.jwt.file == "-");
  const auto by_descriptor = invocation({"audit", "who", "--jwt-fd", "3", "a", "b"}).audit;
  CHECK(by_descriptor.jwt.descriptor == 3);
  CHECK(by_descriptor.files == Words{"a", "b"});
  CHECK(refusal({"audit", "who"}).find("wants a token") != std::string::npos);
  CHECK(refusal({"audit", "who", "-", "-"}).find("stdin") != std::string::npos);
}

TEST_CASE("audit live takes a key, a time and what the JWTs were signed with") {
  const auto live = invocation({"audit", "live", "apple", "a", "--at", "2026-11-25T12:00:00Z", "--spki",
                                "sha256:" + kDigest, "--kid", "K"})
                        .audit;
  CHECK(live.key == "apple");
  CHECK(live.files == Words{"a"});
  REQUIRE((live.at && live.spki_sha256 && live.kid));
  CHECK(utc_timestamp(*live.at) == "2026-11-25T12:00:00.000Z");
  CHECK(invocation({"audit", "live", "apple", "--at", "2026-11-25T12:00:00.250Z"}).audit.at.has_value());
  CHECK(invocation({"audit", "live", "apple", "--spki", kDigest}).audit.spki_sha256.has_value());
  CHECK(refusal({"audit", "live"}).find("wants a key") != std::string::npos);
  CHECK(refusal({"audit", "live", "../apple"}).starts_with("KEY is"));
  CHECK(refusal({"audit", "live", "apple", "--at", "noon"}).starts_with("--at "));
  CHECK(refusal({"audit", "live", "apple", "--spki", "ab"}).starts_with("--spki "));
  CHECK(invocation({"audit", "live", "apple", "--max-age", "1h"}).audit.max_age == std::chrono::hours(1));
  CHECK(refusal({"audit", "live", "apple", "--max-age", "1"}).starts_with("--max-age "));
}

TEST_CASE("every audit command has its help") {
  for (const std::string name : {"verify", "who", "live"}) {
    const auto parsed = parse_arguments({"audit", name, "--help"});
    REQUIRE(parsed);
    const auto* notice = std::get_if<Notice>(&*parsed);
    REQUIRE(notice != nullptr);
    CHECK(notice->text.starts_with("Usage: signet-admin audit " + name));
    CHECK(notice->text.find("--pin-fd") == std::string::npos);
    CHECK(notice->text.find("Exit codes:") != std::string::npos);
  }
}

}  // namespace
}  // namespace signet::admin
