#include <future>

#include "proto/frame.h"
#include "tests/unit/service_link_bench.h"

namespace signet::test {
namespace {

// The first connection ends as the script says while a signature waits on it; the second does its work.
void require_repeated_after(ScriptedToken::Script ending) {
  LinkBench bench(20s, 512, 1);
  ScriptedToken token(bench.socket(), {std::move(ending), ScriptedToken::serve});
  bench.started();
  require_signature(bench.sign("a.b"), "a.b");
  REQUIRE(token.connections() == 2);
}

TEST_CASE("a signature comes back from the token") {
  LinkBench bench;
  ScriptedToken token(bench.socket(), {ScriptedToken::serve});
  bench.started();
  require_signature(bench.sign("a.b"), "a.b");
  require_signature(bench.sign("c.d"), "c.d");
  REQUIRE(token.connections() == 1);
  REQUIRE(bench.descriptions.front() == service::TokenState::ready);
}

TEST_CASE("two signatures are in flight on one connection") {
  LinkBench bench;
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
  bench.loop.start(bench.link().sign(sign_order("a.b"), deadline), first);
  bench.loop.start(bench.link().sign(sign_order("c.d"), deadline), second);
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
    LinkBench bench;
    ScriptedToken token(bench.socket(), {failing});
    bench.started();
    REQUIRE_ERROR(bench.sign("a.b"), ErrorCode::token_unavailable);
  }
}

TEST_CASE("a request under which the service always dies is given up") {
  LinkBench bench;
  ScriptedToken token(bench.socket(), {[](TokenSide& side) {
                        side.greet();
                        side.read_sign();
                      }});
  bench.started();
  REQUIRE_ERROR(bench.sign("a.b"), ErrorCode::token_unavailable);
}

TEST_CASE("a service of another version is told apart from one that is away") {
  const bool it_refuses_ours = GENERATE(true, false);
  LinkBench bench;
  ScriptedToken token(bench.socket(), {[=](TokenSide& side) {
                        if (it_refuses_ours) return side.fail(*side.read(), link::VERSION_UNSUPPORTED);
                        side.answer_hello(kLinkVersion + 1);  // which we did not offer
                        side.read();
                      }});
  bench.started();
  bench.wait_for_state("misconfigured");
  REQUIRE_ERROR(bench.sign("a.b"), ErrorCode::token_unavailable);
}

TEST_CASE("a signature by another key than the pinned one is no signature") {
  LinkBench bench;
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
  LinkBench bench;
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
  LinkBench bench;
  bench.started();
  std::optional<Result<Bytes>> signature;
  bench.loop.start(bench.link().sign(sign_order("a.b"), service::SteadyClock::now() + 20s), signature);
  bench.loop.io().run_for(20ms);
  bench.link().stop();
  bench.loop.until([&] { return signature.has_value(); });
  REQUIRE_ERROR(*signature, ErrorCode::token_unavailable);
}

TEST_CASE("a signature that comes after its deadline is told of with its value") {
  LinkBench bench;
  std::promise<void> given_up;
  ScriptedToken token(bench.socket(), {[&given_up](TokenSide& side) {
                        side.greet();
                        const link::Request request = side.read_sign();
                        given_up.get_future().wait();
                        side.answer_sign(request);
                        side.serve();
                      }});
  std::vector<std::optional<Bytes>> strays;
  SignOrder order = sign_order("a.b");
  order.on_stray = [&strays](const std::optional<Bytes>& signature) { strays.push_back(signature); };
  bench.started();
  bench.wait_for_state("ready");
  const auto late = bench.loop.run(bench.link().sign(std::move(order), service::SteadyClock::now() + 300ms));
  REQUIRE_ERROR(late, ErrorCode::deadline_exceeded);
  REQUIRE(strays.empty());
  given_up.set_value();
  bench.loop.until([&] { return !strays.empty(); });
  REQUIRE(strays.size() == 1);
  REQUIRE(text_of(strays[0].value()) == scripted_signature("a.b"));
}

TEST_CASE("a signature whose connection broke is told of without its value, and is asked for again") {
  LinkBench bench;
  ScriptedToken token(bench.socket(), {[](TokenSide& side) {
                                         side.greet();
                                         side.read_sign();
                                       },
                                       ScriptedToken::serve});
  std::vector<std::optional<Bytes>> strays;
  SignOrder order = sign_order("a.b");
  order.on_stray = [&strays](const std::optional<Bytes>& signature) { strays.push_back(signature); };
  require_signature(bench.loop.run(bench.started().sign(std::move(order), service::SteadyClock::now() + 20s)), "a.b");
  REQUIRE(strays.size() == 1);
  REQUIRE_FALSE(strays[0]);
}

}  // namespace
}  // namespace signet::test
