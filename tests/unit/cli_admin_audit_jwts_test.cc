#include <algorithm>
#include <fcntl.h>

#include "cli/signet-admin/audit_commands.h"
#include "cli/signet-admin/audit_views.h"
#include "cli/signet-admin/jwt_digest.h"
#include "host/file_descriptor.h"
#include "tests/support/matchers.h"
#include "tests/unit/cli_admin_audit_folder.h"
#include "tests/unit/rules_audit_log.h"

namespace signet::admin {
namespace {

using rules::good_log;

TEST_CASE("a JWT is read from a file and a descriptor, and only a JWT is") {
  Folder folder;
  const auto file = folder.write("jwt", kJwt + "\r\n");
  REQUIRE(digests_of_jwt({.file = file}));
  CHECK_FALSE(digests_of_jwt({.file = file})->twin);  // that signature has not the length of one
  CHECK(digests_of_jwt({.file = file})->as_given == sha256(bytes_of(kJwt)));
  const host::FileDescriptor fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  CHECK(digests_of_jwt({.descriptor = fd.get()})->as_given == sha256(bytes_of(kJwt)));
  for (const auto& text : {std::string("Bearer ") + kJwt, std::string("x"), kJwt + "=", kJwt + "\n" + kJwt}) {
    const auto refused = digests_of_jwt({.file = folder.write("other", text)});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().sentence.find("eyJ") == std::string::npos);
  }
  const auto missing = digests_of_jwt({.file = folder.scratch().file("eyJhbGci")});
  REQUIRE_FALSE(missing);
  CHECK(missing.error().sentence.find("eyJ") == std::string::npos);
}

TEST_CASE("audit who tells everybody who got a JWT, or that nobody did") {
  Folder folder;
  const auto log = folder.write(
      "audit.jsonl", rules::LogMaker()
                         .add(rules::audit_text(1, kIssued))
                         .add(rules::audit_text(2))
                         .add(rules::audit_text(3, R"("user":"bob\u001b[31m",)" + kIssued + R"(,"cached":true)"))
                         .lines());
  const auto outcome = who_got_jwt(invocation({"audit", "who", kDigest, log}), false);
  REQUIRE(outcome);
  CHECK_FALSE(outcome->failure);
  CHECK(std::ranges::count(outcome->text, '\n') == 3);
  CHECK(outcome->text.find("bob?[31m") != std::string::npos);
  const auto json = json_of_outcome(who_got_jwt(invocation({"audit", "who", kDigest, log, "--json"}), false));
  REQUIRE(json.at("lines").as_array().size() == 2);
  CHECK(json.at("lines").at(0).at("cached") == false);
  CHECK(json.at("lines").at(1).at("cached") == true);
  CHECK(json.at("lines").at(1).at("line") == 3);
  const auto nobody = who_got_jwt(invocation({"audit", "who", std::string(64, 'f'), log}), false);
  REQUIRE(nobody);
  REQUIRE(nobody->failure);
  CHECK(nobody->failure->code == ExitCode::nothing_found);
}

TEST_CASE("audit who finds a JWT whose answer was lost by what was signed") {
  Folder folder;
  const auto input = kJwt.substr(0, kJwt.rfind('.'));
  const auto log = folder.write(
      "audit.jsonl", good_log(1, R"("outcome":"lost","input_sha256":")" + hex(sha256(bytes_of(input))) + "\""));
  const auto outcome = who_got_jwt(invocation({"audit", "who", folder.write("jwt", kJwt), log}), false);
  REQUIRE(outcome);
  CHECK_FALSE(outcome->failure);
  CHECK(outcome->text.find("lost") != std::string::npos);
}

TEST_CASE("audit live lists what is still valid") {
  Folder folder;
  const auto log = folder.write("audit.jsonl", rules::LogMaker().add(rules::audit_text(1, kIssued)).lines());
  const auto at = [&](const std::string& time) {
    return json_of_outcome(
        live_jwts_of_key(invocation({"audit", "live", "apple", log, "--at", time, "--json"}), false));
  };
  const auto rows = at("2026-11-25T12:19:59Z").at("jwts").as_array();
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].at("jwt_sha256").as_string() == kDigest);
  CHECK(rows[0].at("kid") == "K1");
  CHECK(rows[0].at("holders").at(0).at("uid") == 1000);
  CHECK(at("2026-11-25T12:20:00Z").at("jwts").as_array().empty());
  const auto text =
      live_jwts_of_key(invocation({"audit", "live", "apple", log, "--at", "2026-11-25T12:18:57Z"}), false);
  CHECK(text->text.find("1min 3s") != std::string::npos);
  const auto none =
      live_jwts_of_key(invocation({"audit", "live", "apple", log, "--at", "2036-01-01T00:00:00Z"}), false);
  CHECK(none->text.find("No JWT of key \"apple\"") != std::string::npos);
  CHECK_FALSE(none->failure);
  for (const Words& words : {Words{"audit", "live", "appel", log}, Words{"audit", "live", "appel", log, "--json"}}) {
    const auto unknown = live_jwts_of_key(invocation(words), false);
    REQUIRE(unknown->failure);
    CHECK(unknown->failure->code == ExitCode::nothing_found);
    CHECK(unknown->failure->sentence.find("\"appel\"") != std::string::npos);
    CHECK(unknown->text.find("No JWT") == std::string::npos);
  }
}

TEST_CASE("audit live tells of a lost JWT by its input, and how many rows there are beyond") {
  Folder folder;
  rules::LogMaker maker;
  maker.add(rules::audit_text(1, kIssued))
      .add(rules::audit_text(2, R"("key":"apple","outcome":"lost","input_sha256":")" + std::string(64, 'd') + "\""));
  const auto log = folder.write("audit.jsonl", maker.lines());
  const Words words{"audit", "live", "apple", log, "--at", "2026-11-25T12:01:00Z", "--json"};
  const auto rows = json_of_outcome(live_jwts_of_key(invocation(words), false)).at("jwts").as_array();
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].at("lost") == true);
  CHECK(rows[0].at("jwt_sha256").is_null());
  CHECK(rows[0].at("input_sha256").as_string() == std::string(64, 'd'));
  CHECK(rows[1].at("lost") == false);

  LiveResult result{.key = "apple"};
  for (int i = 0; i < 5; ++i) result.jwts.push_back({.lost = i == 0});
  const auto text = view(result, false, 2);
  CHECK(text.find("and 3 more") != std::string::npos);
  CHECK(text.find("unknown (lost)") != std::string::npos);
  CHECK(std::ranges::count(text, '\n') == 4);
  CHECK(view(result, false).find("more") == std::string::npos);
}

}  // namespace
}  // namespace signet::admin
