// Requests that wait: for a token that opens, for a service that is away, for their turn.
#include <ctime>

#include "proto/frame.h"
#include "tests/unit/service_link_bench.h"

namespace signet::test {
namespace {

TEST_CASE("requests wait while the token is opened") {
  LinkBench bench;
  ScriptedToken token(bench.socket(), {[](TokenSide& side) {
                        side.greet(link::OPENING);
                        side.answer_describe(link::OPENING);
                        side.answer_describe(link::READY);
                        side.serve();
                      }});
  bench.started();
  require_signature(bench.sign("a.b"), "a.b");
  REQUIRE(bench.descriptions ==
          std::vector{service::TokenState::opening, service::TokenState::opening, service::TokenState::ready});
}

TEST_CASE("a token that opens again takes the request back into the queue") {
  LinkBench bench;
  ScriptedToken token(bench.socket(), {[](TokenSide& side) {
                        side.greet();
                        side.fail(side.read_sign(), link::TOKEN_OPENING, link::OPENING);
                        side.serve();
                      }});
  bench.started();
  require_signature(bench.sign("a.b"), "a.b");
}

TEST_CASE("where a person has to act first, nobody waits") {
  const auto [state, name] = GENERATE(table<link::State, std::string>(
      {{link::ABSENT, "absent"}, {link::PIN_REFUSED, "pin-refused"}, {link::MISCONFIGURED, "misconfigured"}}));
  LinkBench bench;
  ScriptedToken token(bench.socket(), {[state = state](TokenSide& side) {
                        side.answer_hello(kLinkVersion);
                        for (;;) side.answer_describe(state);
                      }});
  bench.started();
  bench.wait_for_state(name);
  const Result<Bytes> refused = bench.sign("a.b");
  REQUIRE_ERROR(refused, ErrorCode::token_unavailable);
  REQUIRE(refused.error().message == "as the script says");
}

TEST_CASE("requests that wait are told when the token turns out to be absent") {
  LinkBench bench;
  ScriptedToken token(bench.socket(), {[](TokenSide& side) {
                        side.greet(link::OPENING);
                        for (;;) side.answer_describe(link::ABSENT);
                      }});
  bench.started();
  REQUIRE_ERROR(bench.sign("a.b"), ErrorCode::token_unavailable);
}

TEST_CASE("no request waits past its deadline for a token that does not answer") {
  LinkBench bench;
  ScriptedToken token(bench.socket(), {[](TokenSide& side) {
                        side.greet();
                        while (side.read()) {
                        }
                      }});
  bench.started();
  REQUIRE_ERROR(bench.sign("a.b", 300ms), ErrorCode::deadline_exceeded);
}

TEST_CASE("a request waits for a service that is not there yet") {
  LinkBench bench;
  bench.started();
  std::optional<Result<Bytes>> signature;
  bench.loop.start(bench.link().sign(sign_order("a.b"), service::SteadyClock::now() + 20s), signature);
  bench.loop.io().run_for(50ms);
  REQUIRE_FALSE(signature);
  ScriptedToken token(bench.socket(), {ScriptedToken::serve});
  bench.loop.until([&] { return signature.has_value(); });
  require_signature(*signature, "a.b");
}

TEST_CASE("a service that was away for long is asked as soon as it is back") {
  LinkBench bench(900ms);  // also half the time that an answer may take
  bench.started();
  // By now it is tried every two seconds at the most, and nobody waits for it.
  bench.loop.until([&] { return std::time(nullptr) - bench.link().health().since > 1; });
  REQUIRE_ERROR(bench.sign("a.b"), ErrorCode::token_unavailable);
  ScriptedToken token(bench.socket(), {ScriptedToken::serve});
  require_signature(bench.sign("a.b"), "a.b");
}

TEST_CASE("the queue is bounded") {
  LinkBench bench(20s, 2);
  bench.started();
  std::optional<Result<Bytes>> first;
  std::optional<Result<Bytes>> second;
  const auto deadline = service::SteadyClock::now() + 300ms;
  bench.loop.start(bench.link().sign(sign_order("a.b"), deadline), first);
  bench.loop.start(bench.link().sign(sign_order("c.d"), deadline), second);
  REQUIRE_ERROR(bench.sign("e.f"), ErrorCode::overloaded);
  bench.loop.until([&] { return first && second; });
  REQUIRE_ERROR(*first, ErrorCode::deadline_exceeded);
  REQUIRE_ERROR(*second, ErrorCode::deadline_exceeded);
  REQUIRE_ERROR(bench.sign("g.h", 100ms), ErrorCode::deadline_exceeded);  // there is room again
}

}  // namespace
}  // namespace signet::test
