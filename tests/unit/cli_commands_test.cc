#include "cli/signet/commands.h"
#include "tests/support/matchers.h"

namespace signet::cli {
namespace {

// {"alg":"ES256"} . {"iss":"x"} . 64 octets of zero: the right shape is all that the client looks at.
const std::string kJwt = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJ4In0." + std::string(86, 'A');

HttpAnswer ok(std::string body) { return {.status = 200, .content_type = "application/json", .body = std::move(body)}; }

Failure failure(const Invocation& invocation, const HttpAnswer& answer) {
  const auto outcome = outcome_of(invocation, answer, false);
  REQUIRE_FALSE(outcome);
  return outcome.error();
}

std::string text(const Invocation& invocation, const HttpAnswer& answer) {
  const auto outcome = outcome_of(invocation, answer, false);
  INFO((outcome ? std::string() : outcome.error().sentence));
  REQUIRE(outcome);
  return outcome->text;
}

bool contains(const std::string& whole, const std::string& part) { return whole.find(part) != std::string::npos; }

TEST_CASE("every catalogued error has its exit code") {
  CHECK(exit_code(ErrorCode::not_permitted) == ExitCode::refused);
  CHECK(exit_code(ErrorCode::key_disabled) == ExitCode::refused);
  CHECK(exit_code(ErrorCode::token_unavailable) == ExitCode::unavailable);
  CHECK(exit_code(ErrorCode::overloaded) == ExitCode::unavailable);
  CHECK(exit_code(ErrorCode::audit_unavailable) == ExitCode::unavailable);
  CHECK(exit_code(ErrorCode::deadline_exceeded) == ExitCode::unavailable);
  CHECK(exit_code(ErrorCode::invalid_request) == ExitCode::rejected);
  CHECK(exit_code(ErrorCode::claims_rejected) == ExitCode::rejected);
  CHECK(exit_code(ErrorCode::lifetime_rejected) == ExitCode::rejected);
  CHECK(exit_code(ErrorCode::rate_limited) == ExitCode::rate_limited);
  CHECK(exit_code(ErrorCode::internal) == ExitCode::failure);
  CHECK(exit_code(ErrorCode::not_found) == ExitCode::failure);
  CHECK(exit_code(ErrorCode::bad_input) == ExitCode::failure);
}

TEST_CASE("token asks with POST and, unless a script wants JSON, for the bare JWT") {
  Invocation invocation{.command = Command::token, .key = "apple"};
  invocation.request.lifetime = 90;
  const auto plain = request_of(invocation);
  CHECK(plain.method == "POST");
  CHECK(plain.target == "/v1/keys/apple/tokens");
  CHECK(plain.accept == "application/jwt");
  CHECK(contains(plain.body, "\"lifetime\":90"));
  invocation.form = Form::json;
  CHECK(request_of(invocation).accept == "application/json");
}

TEST_CASE("the other commands ask with GET") {
  CHECK(request_of({.command = Command::keys}).target == "/v1/keys");
  CHECK(request_of({.command = Command::show, .key = "apple"}).target == "/v1/keys/apple");
  CHECK(request_of({.command = Command::why, .key = "apple"}).target == "/v1/keys/apple");
  CHECK(request_of({.command = Command::whoami}).target == "/v1/whoami");
  CHECK(request_of({.command = Command::jwks}).target == "/v1/jwks");
  CHECK(request_of({.command = Command::health}).target == "/v1/health");
  CHECK(request_of({.command = Command::health}).method == "GET");
}

TEST_CASE("token prints the bare JWT or a header line, and nothing that is not a JWT") {
  Invocation invocation{.command = Command::token, .key = "apple"};
  CHECK(text(invocation, ok(kJwt)) == kJwt + "\n");
  invocation.form = Form::header;
  CHECK(text(invocation, ok(kJwt)) == "Authorization: Bearer " + kJwt + "\n");
  CHECK(failure(invocation, ok(kJwt + "\r\nX-Evil: 1")).code == ExitCode::failure);
  CHECK(failure(invocation, ok("<html>")).code == ExitCode::failure);
  CHECK(failure(invocation, ok("")).code == ExitCode::failure);
}

TEST_CASE("the option --json passes on members that this version does not know") {
  const Invocation invocation{.command = Command::keys, .form = Form::json};
  CHECK(text(invocation, ok(R"({"keys":[], "later":1})")) == "{\"keys\":[],\"later\":1}\n");
  CHECK(failure(invocation, ok("{")).code == ExitCode::failure);
}

TEST_CASE("keys, a key, an identity and health become tables") {
  const auto keys = text(
      {.command = Command::keys},
      ok(R"({"keys":[{"name":"apple","profile":"apple-enterprise","alg":"ES256","kid":"2X9R4HXF34","state":"ready"}]})"));
  CHECK(keys ==
        "NAME   PROFILE           ALG    KEY ID      STATE\napple  apple-enterprise  ES256  2X9R4HXF34  ready\n");
  const auto who =
      text({.command = Command::whoami}, ok(write(WhoAmI{.uid = 1000, .user = "ci", .gid = 100, .groups = {4, 5}})));
  CHECK(contains(who, "uid     1000\nuser    ci\n"));
  CHECK(contains(who, "groups  4 5\nunit    -\nslice   -\n"));
  const auto runner = text({.command = Command::whoami},
                           ok(write(WhoAmI{.uid = 1, .unit = "gitlab-runner.service", .slice = "system.slice"})));
  CHECK(contains(runner, "unit    gitlab-runner.service\nslice   system.slice\n"));
  KeyDetail detail{.summary = {"apple", "apple-enterprise", "ES256", "2X9R4HXF34", "ready"}};
  detail.may_ask = {.scope = true, .default_lifetime = 840, .max_lifetime = 1140};
  const auto shown = text({.command = Command::show, .key = "apple"}, ok(write(detail)));
  CHECK(contains(shown, "14min"));
  CHECK(contains(shown, "19min"));
  CHECK(contains(shown, "not known yet"));
  detail.admitted_by = "group:builders unit:gitlab-runner.service";
  const auto why = text({.command = Command::why, .key = "apple"}, ok(write(detail)));
  CHECK(contains(why,
                 "key                    apple\nadmitted by            group:builders unit:gitlab-runner.service\n"));
  CHECK(contains(why, "longest lifetime       19min\n"));
  CHECK_FALSE(contains(why, "public key"));
  CHECK(contains(shown, "scope                  allowed\n"));
  CHECK(contains(shown, "rules                  enforce\n"));
  detail.may_ask = {.claims = {{.name = "sub", .type = "text", .required = true, .allow = {"ci-*", "x"}},
                               {.name = "n", .type = "integer", .min = 1, .max = 9},
                               {.name = "zone", .type = "text", .one_of = {"a", "b"}}},
                    .exactly_one_of = {"n", "zone"},
                    .forced = {"aud"},
                    .scope = true,
                    .scope_required = true,
                    .scope_allow = {"GET /v1/*"},
                    .mode = "audit",
                    .audited = {"claim-allow sub"}};
  const auto ruled = text({.command = Command::show, .key = "apple"}, ok(write(detail)));
  CHECK(contains(ruled,
                 "sub (text, required, like ci-* or x), n (integer, 1 to 9), zone (text, one of a, b); exactly "
                 "one of n, zone\n"));
  CHECK(contains(ruled, "claims set by the key  aud\n"));
  CHECK(contains(ruled, "required, each entry like GET /v1/*\n"));
  CHECK(contains(ruled, "audit, only recorded: claim-allow sub\n"));
}

TEST_CASE("health that is down is printed and still ends with 4") {
  Health health{.status = "down"};
  health.tokens["build"] = {"pin-refused", "The token refused the PIN; put the right one into its file.", 1700000000};
  const HttpAnswer answer{.status = 503, .content_type = "application/json", .body = write(health)};
  const auto outcome = outcome_of({.command = Command::health}, answer, false);
  REQUIRE(outcome);
  CHECK(outcome->code == ExitCode::unavailable);
  CHECK(contains(outcome->text, "pin-refused"));
  CHECK(contains(outcome->text, "2023-11-14 22:13:20Z"));
}

TEST_CASE("a problem document becomes one sentence with its hints") {
  const HttpAnswer answer{
      .status = 503,
      .content_type = "application/problem+json",
      .body = write(Problem{ErrorCode::token_unavailable, "The token is absent; plug it in.", "r-1"}),
      .retry_after = std::chrono::seconds(5)};
  const auto refused = failure({.command = Command::token, .key = "apple"}, answer);
  CHECK(refused.code == ExitCode::unavailable);
  CHECK(refused.sentence == "The token is absent; plug it in. Try again in 5 s. (request r-1)");
  auto unended = answer;
  unended.body = write(Problem{ErrorCode::token_unavailable, "the token is absent; plug it in", "r-1"});
  CHECK(failure({.command = Command::keys}, unended).sentence ==
        "the token is absent; plug it in. Try again in 5 s. (request r-1)");
}

TEST_CASE("an error without a problem document is told by its status") {
  const auto refused =
      failure({.command = Command::keys}, {.status = 429, .content_type = "text/html", .body = "<html>"});
  CHECK(refused.code == ExitCode::rate_limited);
  CHECK(contains(refused.sentence, "429"));
}

TEST_CASE("a message cannot steer the terminal") {
  const HttpAnswer answer{.status = 500, .body = write(Problem{ErrorCode::internal, "red \x1b[31m\nnext", "r"})};
  CHECK(failure({.command = Command::keys}, answer).sentence == "red ?[31m?next. (request r)");
}

TEST_CASE("transport faults have their exit codes") {
  CHECK(failure_of(CallError{CallFault::forbidden, ""}).code == ExitCode::refused);
  CHECK(failure_of(CallError{CallFault::unreachable, ""}).code == ExitCode::unavailable);
  CHECK(failure_of(CallError{CallFault::cut, ""}).code == ExitCode::unavailable);
  CHECK(failure_of(CallError{CallFault::timed_out, ""}).code == ExitCode::unavailable);
  CHECK(failure_of(CallError{CallFault::malformed, ""}).code == ExitCode::failure);
}

}  // namespace
}  // namespace signet::cli
