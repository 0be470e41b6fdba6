#include <unistd.h>

#include <boost/json/serialize.hpp>

#include "cli/signet/arguments.h"
#include "cli/signet/help.h"
#include "cli/terminal/claim_option.h"
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
  CHECK(parsed.error().code == (!words.empty() && words.front() == "exec" ? ExitCode::not_started : ExitCode::usage));
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
  CHECK(invocation({"why", "apple"}).command == Command::why);
  CHECK(invocation({"why", "apple"}).key == "apple");
}

TEST_CASE("token may keep its JWT in a file, for as long as another process lives") {
  const auto parsed = invocation({"token", "apple", "--watch", "--file", "/tmp/jwt", "--while", "42", "--header"});
  REQUIRE(parsed.file);
  CHECK(parsed.file->path == "/tmp/jwt");
  CHECK(parsed.file->watch);
  CHECK(parsed.file->while_process == 42);
  CHECK(parsed.form == Form::header);
  CHECK_FALSE(invocation({"token", "apple", "--file", "jwt"}).file->watch);
  CHECK_FALSE(invocation({"token", "apple"}).file);
}

TEST_CASE("options of a file that belong together are asked for together") {
  CHECK(contains(refusal({"token", "apple", "--watch"}), "--file"));
  CHECK(contains(refusal({"token", "apple", "--file", "f", "--while", "1"}), "--watch"));
  CHECK(contains(refusal({"token", "apple", "--watch", "--file", "f", "--while", "0"}), "--while"));
  CHECK(contains(refusal({"token", "apple", "--watch", "--file", "f", "--while", "$$"}), "--while"));
  CHECK(contains(refusal({"token", "apple", "--file", ""}), "--file wants"));
  CHECK(contains(refusal({"token", "apple", "--file", "folder/"}), "--file wants"));
}

TEST_CASE("exec takes what token takes, one way of handing over, and a command with options of its own") {
  const auto parsed = invocation({"exec", "apple", "--scope", "GET /v1/apps", "--lifetime", "5min", "--env", "JWT",
                                  "--", "curl", "--json", "--", "x"});
  CHECK(parsed.command == Command::exec);
  CHECK(parsed.key == "apple");
  CHECK(parsed.request.lifetime == 300);
  REQUIRE(parsed.to_run);
  CHECK(parsed.to_run->channel == Channel::variable);
  CHECK(parsed.to_run->name == "JWT");
  CHECK(parsed.to_run->words == Words{"curl", "--json", "--", "x"});
  CHECK(parsed.form == Form::plain);
  CHECK(invocation({"exec", "apple", "--header-file", "h", "--", "c"}).form == Form::header);
  CHECK(invocation({"exec", "apple", "--fd", "77", "--header", "--", "c"}).form == Form::header);
  CHECK(invocation({"exec", "apple", "--fd", "77", "--", "c"}).to_run->descriptor == 77);
}

TEST_CASE("exec says what is missing or too much") {
  CHECK(contains(refusal({"exec", "apple", "--env", "JWT"}), "wants a command"));
  CHECK(contains(refusal({"exec", "apple", "--env", "JWT", "--"}), "wants a command"));
  CHECK(contains(refusal({"exec", "apple", "--env", "JWT", "--", ""}), "wants a command"));
  CHECK(contains(refusal({"exec", "apple", "--", "true"}), "how the command gets the token"));
  CHECK(contains(refusal({"exec", "apple", "--env", "JWT", "--fd", "77", "--", "true"}),
                 "how the command gets the token"));
  CHECK(contains(refusal({"exec", "--env", "JWT", "--", "true"}), "wants one key's name"));
  CHECK(contains(refusal({"exec", "apple", "true", "--env", "JWT", "--", "true"}), "wants one key's name"));
  CHECK(contains(refusal({"exec", "apple", "--env", "JWT", "--json", "--", "true"}), "--json"));
  CHECK(contains(refusal({"exec", "apple", "--env", "JWT", "--header", "--", "true"}), "--header"));
  for (const std::string name : {"", "1A", "A-B", "A=B"})
    CHECK(contains(refusal({"exec", "apple", "--env", name, "--", "true"}), "--env wants"));
  for (const std::string fd : {"0", "2", "-1", "three", "99999999999"})
    CHECK(contains(refusal({"exec", "apple", "--fd", fd, "--", "true"}), "--fd"));
}

TEST_CASE("exec says where its command stands") {
  CHECK(contains(refusal({"exec", "apple", "--env", "JWT", "true"}), "its command after --"));
  CHECK(contains(refusal({"exec", "apple", "--env", "JWT", "curl", "-H", "x"}), "stands after --"));
  CHECK_FALSE(contains(refusal({"exec", "apple", "--evn", "JWT", "--", "true"}), "stands after --"));
  CHECK(contains(notice({"exec", "apple", "--help"}), "Usage: signet exec"));
}

TEST_CASE("a variable that others act on is no place for a JWT") {
  for (const std::string name : {"LD_PRELOAD", "LD_LIBRARY_PATH", "PATH", "IFS", "BASH_ENV", "ENV", "GCONV_PATH",
                                 "PYTHONPATH", "PERL5OPT", "NODE_OPTIONS", "HOME"})
    CHECK(contains(refusal({"exec", "apple", "--env", name, "--", "true"}), "acts on " + name));
  for (const std::string name : {"ASC_JWT", "path", "JWT_PATH", "LDAP_TOKEN", "ENVOY_JWT", "T"})
    CHECK(invocation({"exec", "apple", "--env", name, "--", "true"}).to_run->name == name);
}

TEST_CASE("a descriptor that somebody uses already is not taken") {
  const int used = ::dup(0);
  REQUIRE(used > 2);
  CHECK(contains(refusal({"exec", "apple", "--fd", std::to_string(used), "--", "true"}), "open already"));
  ::close(used);
}

TEST_CASE("every command has its name, its help and no surplus argument") {
  for (const std::string name : {"token", "exec", "keys", "show", "why", "whoami", "jwks", "health"}) {
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
  const auto claims =
      terminal::claims_of({"text=\"a=b\"", "list=[1,2]", "object={\"a\":null}", "yes=true", "number=-5"});
  REQUIRE_OK(claims);
  CHECK(boost::json::serialize(*claims) == R"({"text":"a=b","list":[1,2],"object":{"a":null},"yes":true,"number":-5})");
}

TEST_CASE("a claim that is not JSON shows how a text is quoted, and does not repeat the value") {
  const auto claims = terminal::claims_of({"sub=hush"});
  REQUIRE_ERROR(claims, ErrorCode::bad_input);
  CHECK(contains(claims.error().message, "--claim 'sub=\"text\"'"));
  CHECK_FALSE(contains(claims.error().message, "hush"));
}

TEST_CASE("a claim needs a name, a value and no twin") {
  REQUIRE_ERROR(terminal::claims_of({"sub"}), ErrorCode::bad_input);
  REQUIRE_ERROR(terminal::claims_of({"=1"}), ErrorCode::bad_input);
  REQUIRE_ERROR(terminal::claims_of({"sub="}), ErrorCode::bad_input);
  REQUIRE_ERROR(terminal::claims_of({"sub=1", "sub=2"}), ErrorCode::bad_input);
  REQUIRE_ERROR(terminal::claims_of({"sub={\"a\":1,\"a\":2}"}), ErrorCode::bad_input);
}

}  // namespace
}  // namespace signet::cli
