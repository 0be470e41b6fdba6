#include <ctime>

#include "daemon/service/token_link.h"
#include "proto/frame.h"
#include "tests/support/catch.h"
#include "tests/support/matchers.h"
#include "tests/support/scratch_directory.h"
#include "tests/unit/service_event_loop.h"
#include "tests/unit/service_scripted_token.h"

namespace signet::test {
namespace {

using namespace std::chrono_literals;
using service::SignOrder;
using service::TokenDescription;
using service::TokenLink;

SignOrder order(std::string signing_input) {
  SignOrder made{.object = "pkcs11:object=a", .algorithm = "ES256", .signing_input = std::move(signing_input)};
  made.spki_sha256.fill(std::byte{7});
  return made;
}

// The link under test and the directory of its socket. The link is stopped before the loop goes.
class Bench {
 public:
  explicit Bench(std::chrono::milliseconds deadline = 20s, std::size_t max_queued = 512,
                 std::size_t max_connections = 8)
      : link_(loop.executor(),
              {.paths = {socket()}, .deadline = deadline, .max_queued = max_queued, .max_connections = max_connections},
              [this](const TokenDescription& description) { descriptions.push_back(description.state); }) {}
  ~Bench() {
    link_.stop();
    loop.io().restart();
    loop.io().run();
  }

  std::string socket() const { return directory_.file("build.sock"); }
  TokenLink& link() { return link_; }
  TokenLink& started() {
    link_.start();
    return link_;
  }
  Result<Bytes> sign(const std::string& input, std::chrono::milliseconds deadline = 20s) {
    return loop.run(link_.sign(order(input), service::SteadyClock::now() + deadline));
  }
  void wait_for_state(const std::string& state) {
    loop.until([&] { return link_.health().state == state; });
  }

  EventLoop loop;
  std::vector<service::TokenState> descriptions;

 private:
  ScratchDirectory directory_;
  TokenLink link_;
};

void require_signature(const Result<Bytes>& signature, std::string_view input) {
  REQUIRE_OK(signature);
  REQUIRE(text_of(*signature) == scripted_signature(input));
}

// The first connection ends as the script says while a signature waits on it; the second does its work.
void require_repeated_after(ScriptedToken::Script ending) {
  Bench bench(20s, 512, 1);
  ScriptedToken token(bench.socket(), {std::move(ending), ScriptedToken::serve});
  bench.started();
  require_signature(bench.sign("a.b"), "a.b");
  REQUIRE(token.connections() == 2);
}

TEST_CASE("a signature comes back from the token") {
  Bench bench;
  ScriptedToken token(bench.socket(), {ScriptedToken::serve});
  bench.started();
  require_signature(bench.sign("a.b"), "a.b");
  require_signature(bench.sign("c.d"), "c.d");
  REQUIRE(token.connections() == 1);
  REQUIRE(bench.descriptions.front() == service::TokenState::ready);
}

TEST_CASE("two signatures are in flight on one connection") {
  Bench bench;
  ScriptedToken token(bench.socket(), {[](TokenSide& side) {
                        side.greet();
                        const link::Request first = side.read_sign();
                        const link::Request second = side.read_sign();  // sent before the first is answered
                        side.answer_sign(first);
                        side.answer_sign(second);
                        side.serve();
                      }});
  bench.started();
  bench.wait_for_state("ready");
  std::optional<Result<Bytes>> first;
  std::optional<Result<Bytes>> second;
  const auto deadline = service::SteadyClock::now() + 20s;
  bench.loop.start(bench.link().sign(order("a.b"), deadline), first);
  bench.loop.start(bench.link().sign(order("c.d"), deadline), second);
  bench.loop.until([&] { return first && second; });
  require_signature(*first, "a.b");
  require_signature(*second, "c.d");
}

TEST_CASE("a cut in the middle of a signature costs a repetition") {
  require_repeated_after([](TokenSide& side) {
    side.greet();
    side.read_sign();
  });
}

TEST_CASE("half a frame and an end cost a repetition") {
  require_repeated_after([](TokenSide& side) {
    side.greet();
    side.read_sign();
    side.send_octets(std::string_view("\0\0\0\x20half", 8));
  });
}

TEST_CASE("a frame longer than any of ours ends the connection") {
  require_repeated_after([](TokenSide& side) {
    side.greet();
    side.read_sign();
    side.send_octets("\xff\xff\xff\xff");
    side.read();  // until the client has closed
  });
}

TEST_CASE("octets that are no message end the connection") {
  require_repeated_after([](TokenSide& side) {
    side.greet();
    side.read_sign();
    side.send_octets(std::string_view("\0\0\0\3\xff\xff\xff", 7));
    side.read();
  });
}

TEST_CASE("a reply without a result ends the connection") {
  require_repeated_after([](TokenSide& side) {
    side.greet();
    const link::Request request = side.read_sign();
    link::Reply empty;
    empty.set_id(request.id());
    side.send(empty);
    side.read();
  });
}

TEST_CASE("a reply with another number than was asked for ends the connection") {
  require_repeated_after([](TokenSide& side) {
    side.greet();
    link::Request request = side.read_sign();
    request.set_id(request.id() + 1);
    side.answer_sign(request);
    side.read();
  });
}

TEST_CASE("a description in place of a signature ends the connection") {
  require_repeated_after([](TokenSide& side) {
    side.greet();
    link::Reply reply;
    reply.set_id(side.read_sign().id());
    reply.mutable_description()->set_state(link::READY);
    side.send(reply);
    side.read();
  });
}

TEST_CASE("a call that failed once is repeated on a new connection, and not for ever") {
  const auto failing = [](TokenSide& side) {
    side.greet();
    side.fail(side.read_sign(), link::TOKEN_FAILED);
    side.read();
  };
  SECTION("once") { require_repeated_after(failing); }
  SECTION("always") {
    Bench bench;
    ScriptedToken token(bench.socket(), {failing});
    bench.started();
    REQUIRE_ERROR(bench.sign("a.b"), ErrorCode::token_unavailable);
  }
}

TEST_CASE("a request under which the service always dies is given up") {
  Bench bench;
  ScriptedToken token(bench.socket(), {[](TokenSide& side) {
                        side.greet();
                        side.read_sign();
                      }});
  bench.started();
  REQUIRE_ERROR(bench.sign("a.b"), ErrorCode::token_unavailable);
}

TEST_CASE("a service of another version is told apart from one that is away") {
  const bool it_refuses_ours = GENERATE(true, false);
  Bench bench;
  ScriptedToken token(bench.socket(), {[=](TokenSide& side) {
                        if (it_refuses_ours) return side.fail(*side.read(), link::VERSION_UNSUPPORTED);
                        side.answer_hello(kLinkVersion + 1);  // which we did not offer
                        side.read();
                      }});
  bench.started();
  bench.wait_for_state("misconfigured");
  REQUIRE_ERROR(bench.sign("a.b"), ErrorCode::token_unavailable);
}

TEST_CASE("requests wait while the token is opened") {
  Bench bench;
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
  Bench bench;
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
  Bench bench;
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
  Bench bench;
  ScriptedToken token(bench.socket(), {[](TokenSide& side) {
                        side.greet(link::OPENING);
                        for (;;) side.answer_describe(link::ABSENT);
                      }});
  bench.started();
  REQUIRE_ERROR(bench.sign("a.b"), ErrorCode::token_unavailable);
}

TEST_CASE("no request waits past its deadline for a token that does not answer") {
  Bench bench;
  ScriptedToken token(bench.socket(), {[](TokenSide& side) {
                        side.greet();
                        while (side.read()) {
                        }
                      }});
  bench.started();
  REQUIRE_ERROR(bench.sign("a.b", 300ms), ErrorCode::deadline_exceeded);
}

TEST_CASE("a request waits for a service that is not there yet") {
  Bench bench;
  bench.started();
  std::optional<Result<Bytes>> signature;
  bench.loop.start(bench.link().sign(order("a.b"), service::SteadyClock::now() + 20s), signature);
  bench.loop.io().run_for(50ms);
  REQUIRE_FALSE(signature);
  ScriptedToken token(bench.socket(), {ScriptedToken::serve});
  bench.loop.until([&] { return signature.has_value(); });
  require_signature(*signature, "a.b");
}

TEST_CASE("a service that was away for long is asked as soon as it is back") {
  Bench bench(900ms);  // also half the time that an answer may take
  bench.started();
  // By now it is tried every two seconds at the most, and nobody waits for it.
  bench.loop.until([&] { return std::time(nullptr) - bench.link().health().since > 1; });
  REQUIRE_ERROR(bench.sign("a.b"), ErrorCode::token_unavailable);
  ScriptedToken token(bench.socket(), {ScriptedToken::serve});
  require_signature(bench.sign("a.b"), "a.b");
}

TEST_CASE("the queue is bounded") {
  Bench bench(20s, 2);
  bench.started();
  std::optional<Result<Bytes>> first;
  std::optional<Result<Bytes>> second;
  const auto deadline = service::SteadyClock::now() + 300ms;
  bench.loop.start(bench.link().sign(order("a.b"), deadline), first);
  bench.loop.start(bench.link().sign(order("c.d"), deadline), second);
  REQUIRE_ERROR(bench.sign("e.f"), ErrorCode::overloaded);
  bench.loop.until([&] { return first && second; });
  REQUIRE_ERROR(*first, ErrorCode::deadline_exceeded);
  REQUIRE_ERROR(*second, ErrorCode::deadline_exceeded);
  REQUIRE_ERROR(bench.sign("g.h", 100ms), ErrorCode::deadline_exceeded);  // there is room again
}

TEST_CASE("a signature by another key than the pinned one is no signature") {
  Bench bench;
  ScriptedToken token(bench.socket(), {[](TokenSide& side) {
                        side.greet();
                        link::Request request = side.read_sign();
                        request.mutable_sign()->set_expected_spki_sha256(std::string(32, '\1'));
                        side.answer_sign(request);
                        side.serve();
                      }});
  bench.started();
  REQUIRE_ERROR(bench.sign("a.b"), ErrorCode::token_unavailable);
}

TEST_CASE("a failure of one key leaves the connection and the others alone") {
  Bench bench;
  ScriptedToken token(bench.socket(), {[](TokenSide& side) {
                        side.greet();
                        side.fail(side.read_sign(), link::NO_SUCH_KEY);
                        side.serve();
                      }});
  bench.started();
  REQUIRE_ERROR(bench.sign("a.b"), ErrorCode::token_unavailable);
  require_signature(bench.sign("c.d"), "c.d");
  REQUIRE(token.connections() == 1);
}

TEST_CASE("a link that stops answers those who wait") {
  Bench bench;
  bench.started();
  std::optional<Result<Bytes>> signature;
  bench.loop.start(bench.link().sign(order("a.b"), service::SteadyClock::now() + 20s), signature);
  bench.loop.io().run_for(20ms);
  bench.link().stop();
  bench.loop.until([&] { return signature.has_value(); });
  REQUIRE_ERROR(*signature, ErrorCode::token_unavailable);
}

}  // namespace
}  // namespace signet::test
