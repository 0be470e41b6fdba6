#include <boost/json/serialize.hpp>

#include "cli/signet/arguments.h"
#include "cli/signet/claim_option.h"
#include "cli/signet/help.h"
#include "tests/support/matchers.h"

namespace signet::cli {
namespace {

using Words = std::vector<std::string>;

Invocation invocation(const Words& words, const std::string& socket = "") {
  const auto parsed = parse_arguments(words, socket);
  INFO((parsed ? std::string() : parsed.error().sentence));
  REQUIRE(parsed);
  const auto* found = std::get_if<Invocation>(&*parsed);
  REQUIRE(found != nullptr);
  return *found;
}

std::string refusal(const Words& words) {
  const auto parsed = parse_arguments(words, "");
  REQUIRE_FALSE(parsed);
  CHECK(parsed.error().code == ExitCode::usage);
  return parsed.error().sentence;
}

std::string notice(const Words& words) {
  const auto parsed = parse_arguments(words, "");
  REQUIRE(parsed);
  const auto* found = std::get_if<Notice>(&*parsed);
  REQUIRE(found != nullptr);
  return found->text;
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST_CASE("token takes every option the request has a member for") {
  const auto parsed =
      invocation({"token", "apple", "--scope", "GET /v1/apps", "--scope", "GET /v1/devices?limit=5", "--claim",
                  "sub=\"user\"", "--claim", "n=3", "--lifetime", "10min", "--fresh", "--timeout", "5s"});
  CHECK(parsed.command == Command::token);
  CHECK(parsed.key == "apple");
  CHECK(parsed.form == Form::plain);
  CHECK(parsed.request.fresh);
  CHECK(parsed.request.lifetime == 600);
  CHECK(parsed.endpoint.timeout == std::chrono::seconds(5));
  REQUIRE(parsed.request.scope);
  CHECK(boost::json::serialize(*parsed.request.scope) == R"(["GET /v1/apps","GET /v1/devices?limit=5"])");
  CHECK(boost::json::serialize(parsed.request.claims) == R"({"sub":"user","n":3})");
}

TEST_CASE("token without options asks for nothing in particular") {
  const auto parsed = invocation({"token", "apple"});
  CHECK_FALSE(parsed.request.fresh);
  CHECK_FALSE(parsed.request.lifetime);
  CHECK_FALSE(parsed.request.scope);
  CHECK(parsed.request.claims.empty());
}

TEST_CASE("the socket comes from the option, else from the environment, else from the default") {
  CHECK(invocation({"keys"}).endpoint.socket == "/run/signet/signet.sock");
  CHECK(invocation({"keys"}, "/env.sock").endpoint.socket == "/env.sock");
  CHECK(invocation({"keys", "--socket", "/option.sock"}, "/env.sock").endpoint.socket == "/option.sock");
  CHECK(invocation({"--socket", "/option.sock", "keys"}).endpoint.socket == "/option.sock");
  CHECK(invocation({"--socket=/option.sock", "show", "token"}).key == "token");
}

TEST_CASE("every command has its name, its help and no surplus argument") {
  for (const std::string name : {"token", "keys", "show", "whoami", "jwks", "health"}) {
    INFO(name);
    CHECK(contains(notice({name, "--help"}), "Usage: signet " + name));
    CHECK(contains(notice({name, "--help"}), "Exit codes:"));
    CHECK(contains(notice({"--help"}), "\n  " + name));
  }
  for (const std::string name : {"keys", "whoami", "jwks", "health"})
    CHECK(contains(refusal({name, "extra"}), "takes no argument"));
  CHECK(contains(notice({"--version"}), "signet "));
  CHECK(contains(notice({"keys", "--version"}), "signet "));
  CHECK(notice({"-h"}) == notice({"--help"}));
  CHECK(notice({"keys", "-h"}) == notice({"keys", "--help"}));
}

TEST_CASE("a wrong command line is refused with a mend") {
  CHECK(contains(refusal({}), "Name a command"));
  CHECK(refusal({"sign", "apple"}) == "There is no command \"sign\"; see signet --help.");
  CHECK(contains(refusal({"token"}), "one key's name"));
  CHECK(contains(refusal({"token", "a", "b"}), "one key's name"));
  CHECK(contains(refusal({"token", "../jwks"}), "a-z"));
  CHECK(contains(refusal({"token", "apple key"}), "a-z"));
  CHECK(contains(refusal({"token", "apple", "--json", "--header"}), "exclude"));
  CHECK(contains(refusal({"token", "apple", "--lifetime", "soon"}), "--lifetime"));
  CHECK(contains(refusal({"token", "apple", "--lifetime", "1500ms"}), "whole seconds"));
  CHECK(contains(refusal({"token", "apple", "--lifetime", "0s"}), "--lifetime"));
  CHECK(contains(refusal({"keys", "--timeout", "0s"}), "--timeout"));
  CHECK(contains(refusal({"token", "apple", "--life", "10min"}), "--life"));
  CHECK(contains(refusal({"token", "apple", "--lifetime"}), "lifetime"));
  CHECK(contains(refusal({"token", "apple", "--lifetime", "1min", "--lifetime", "2min"}), "lifetime"));
  CHECK(contains(refusal({"keys", "--fresh"}), "--fresh"));
  CHECK(contains(refusal({"keys", "--socket", ""}), "--socket"));
  CHECK(contains(refusal({"--socket"}), "socket"));
}

TEST_CASE("a claim's value is JSON, whatever its type") {
  const auto claims = claims_of({"text=\"a=b\"", "list=[1,2]", "object={\"a\":null}", "yes=true", "number=-5"});
  REQUIRE_OK(claims);
  CHECK(boost::json::serialize(*claims) == R"({"text":"a=b","list":[1,2],"object":{"a":null},"yes":true,"number":-5})");
}

TEST_CASE("a claim that is not JSON shows how a text is quoted, and does not repeat the value") {
  const auto claims = claims_of({"sub=hush"});
  REQUIRE_ERROR(claims, ErrorCode::bad_input);
  CHECK(contains(claims.error().message, "--claim 'sub=\"text\"'"));
  CHECK_FALSE(contains(claims.error().message, "hush"));
}

TEST_CASE("a claim needs a name, a value and no twin") {
  REQUIRE_ERROR(claims_of({"sub"}), ErrorCode::bad_input);
  REQUIRE_ERROR(claims_of({"=1"}), ErrorCode::bad_input);
  REQUIRE_ERROR(claims_of({"sub="}), ErrorCode::bad_input);
  REQUIRE_ERROR(claims_of({"sub=1", "sub=2"}), ErrorCode::bad_input);
  REQUIRE_ERROR(claims_of({"sub={\"a\":1,\"a\":2}"}), ErrorCode::bad_input);
}

}  // namespace
}  // namespace signet::cli
