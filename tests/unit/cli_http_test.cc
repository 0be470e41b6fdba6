#include <array>
#include <filesystem>
#include <future>
#include <sys/socket.h>
#include <unistd.h>

#include "cli/signet/call.h"
#include "tests/support/matchers.h"
#include "tests/support/scratch_directory.h"
#include "tests/support/scripted_server.h"
#include "tests/support/unix_sockets.h"

namespace signet::cli {
namespace {

using namespace std::chrono_literals;
using test::answer;
using test::close_at_once;
using test::http_answer;
using test::say_and_stay;
using test::ScriptedServer;

const HttpRequest kGet{.target = "/v1/keys"};
const std::string kGood = http_answer("200 OK", "application/json", "{}");

class Fixture {
 protected:
  Endpoint endpoint(std::chrono::milliseconds timeout = 20s) const {
    return {.socket = directory_.file("s"), .timeout = timeout};
  }
  CallFault fault(const std::vector<test::Scene>& scenes, std::chrono::milliseconds timeout = 20s) {
    const ScriptedServer server(endpoint().socket, scenes);
    const auto result = call(endpoint(timeout), kGet);
    REQUIRE_FALSE(result);
    return result.error().fault;
  }
  test::ScratchDirectory directory_;
};

TEST_CASE_METHOD(Fixture, "a request goes out whole and its answer comes back") {
  std::promise<std::string> seen;
  const ScriptedServer server(endpoint().socket, {[&](int fd) {
                                seen.set_value(test::read_request(fd));
                                test::say(fd, http_answer("429 Too Many Requests", "application/problem+json",
                                                          "{\"a\":1}", "Retry-After: 7\r\n"));
                              }});
  const auto result =
      call(endpoint(),
           {.method = "POST", .target = "/v1/keys/a/tokens", .accept = "application/jwt", .body = "{\"fresh\":true}"});
  REQUIRE(result);
  CHECK(result->status == 429);
  CHECK(result->content_type == "application/problem+json");
  CHECK(result->body == "{\"a\":1}");
  CHECK(result->retry_after == 7s);
  const auto request = seen.get_future().get();
  CHECK(request.starts_with("POST /v1/keys/a/tokens HTTP/1.1\r\nHost: localhost\r\n"));
  CHECK(request.find("Accept: application/jwt\r\n") != std::string::npos);
  CHECK(request.find("Content-Length: 14\r\n") != std::string::npos);
  CHECK(request.ends_with("\r\n\r\n{\"fresh\":true}"));
}

TEST_CASE_METHOD(Fixture, "an answer may arrive octet by octet or in chunks") {
  const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n3\r\n   \r\n0\r\n\r\n";
  const ScriptedServer server(endpoint().socket, {[](int fd) {
                                                    test::read_request(fd);
                                                    for (const char octet : kGood) test::say(fd, {&octet, 1});
                                                  },
                                                  say_and_stay(chunked)});
  const auto first = call(endpoint(), kGet);
  REQUIRE(first);
  CHECK(first->body == "{}");
  const auto second = call(endpoint(), kGet);
  REQUIRE(second);
  CHECK(second->body == "{}   ");
}

TEST_CASE_METHOD(Fixture, "a request cut in mid-flight is sent once more") {
  const std::vector<test::Scene> cuts{close_at_once(), answer(""), answer("HTTP/1.1 200 OK\r\nContent-Le"),
                                      answer(kGood.substr(0, kGood.size() - 1))};
  for (const auto& cut : cuts) {
    std::filesystem::remove(endpoint().socket);
    const ScriptedServer server(endpoint().socket, {cut, answer(kGood)});
    const auto result = call(endpoint(), kGet);
    REQUIRE(result);
    CHECK(result->body == "{}");
    CHECK(server.accepted() == 2);
  }
}

TEST_CASE_METHOD(Fixture, "a request that is cut twice is not sent a third time") {
  const ScriptedServer server(endpoint().socket, {answer(""), close_at_once(), answer(kGood)});
  const auto result = call(endpoint(), kGet);
  REQUIRE_FALSE(result);
  CHECK(result.error().fault == CallFault::cut);
  CHECK(server.accepted() == 2);
}

TEST_CASE_METHOD(Fixture, "an answer that was given is never asked for again, whatever its status") {
  const ScriptedServer server(endpoint().socket,
                              {answer(http_answer("500 Internal Server Error", "text/plain", "x")), answer(kGood)});
  const auto result = call(endpoint(), kGet);
  REQUIRE(result);
  CHECK(result->status == 500);
  CHECK(server.accepted() == 1);
}

TEST_CASE_METHOD(Fixture, "an early answer counts although the request could not be sent whole") {
  const ScriptedServer server(endpoint().socket,
                              {[](int fd) { test::say(fd, http_answer("413 Content Too Large", "text/plain", "x")); }});
  const auto result = call(endpoint(), {.method = "POST", .target = "/", .body = std::string(8 << 20, ' ')});
  REQUIRE(result);
  CHECK(result->status == 413);
}

TEST_CASE_METHOD(Fixture, "what is not an answer of ours is refused") {
  CHECK(fault({say_and_stay("SSH-2.0-OpenSSH_9.2\r\n\r\n")}) == CallFault::malformed);
}

TEST_CASE_METHOD(Fixture, "garbage octets are refused") {
  std::string garbage(4096, '\0');
  for (std::size_t i = 0; i < garbage.size(); ++i) garbage[i] = static_cast<char>(i * 37);
  CHECK(fault({say_and_stay(garbage)}) == CallFault::malformed);
}

TEST_CASE_METHOD(Fixture, "an answer without a stated length is refused") {
  CHECK(fault({say_and_stay("HTTP/1.1 200 OK\r\n\r\n{}")}) == CallFault::malformed);
}

TEST_CASE_METHOD(Fixture, "a header block without an end is refused") {
  CHECK(fault({say_and_stay("HTTP/1.1 200 OK\r\nX: " + std::string(64 * 1024, 'x'))}) == CallFault::malformed);
}

TEST_CASE_METHOD(Fixture, "a body above the limit is refused before it is read") {
  CHECK(fault({say_and_stay("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n")}) == CallFault::malformed);
}

TEST_CASE_METHOD(Fixture, "a silent or slow service ends at the time-out") {
  CHECK(fault({say_and_stay("")}, 50ms) == CallFault::timed_out);
}

TEST_CASE_METHOD(Fixture, "a wait ends with what ends the caller, and is not begun again") {
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  const host::FileDescriptor reading(ends[0]);
  const host::FileDescriptor writing(ends[1]);
  const ScriptedServer server(endpoint().socket, {[&](int fd) {
                                test::read_request(fd);
                                REQUIRE(::write(writing.get(), "x", 1) == 1);
                                std::array<char, 1> octet{};
                                static_cast<void>(::read(fd, octet.data(), octet.size()));
                              }});
  auto patient = endpoint(1h);
  patient.give_up = reading.get();
  const auto result = call(patient, kGet);
  REQUIRE_FALSE(result);
  CHECK(result.error().fault == CallFault::given_up);
  CHECK(server.accepted() == 1);
}

TEST_CASE_METHOD(Fixture, "an answer that stops half-way ends at the time-out") {
  CHECK(fault({say_and_stay("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{")}, 50ms) == CallFault::timed_out);
}

TEST_CASE_METHOD(Fixture, "a service that is being restarted is waited for") {
  std::promise<void> begun;
  auto result = std::async(std::launch::async, [&] {
    begun.set_value();
    return call(endpoint(), kGet);
  });
  begun.get_future().wait();
  const ScriptedServer server(endpoint().socket, {answer(kGood)});
  const auto answered = result.get();
  REQUIRE(answered);
}

TEST_CASE_METHOD(Fixture, "nobody at the socket is unreachable, with the mend") {
  const auto result = call(endpoint(), kGet);
  REQUIRE_FALSE(result);
  CHECK(result.error().fault == CallFault::unreachable);
  CHECK(result.error().sentence.find("SIGNET_SOCKET") != std::string::npos);
}

TEST_CASE_METHOD(Fixture, "a socket left by a dead process is unreachable") {
  { const auto dead = test::bound_socket(endpoint().socket, SOCK_STREAM); }
  const auto result = call(endpoint(), kGet);
  REQUIRE_FALSE(result);
  CHECK(result.error().fault == CallFault::unreachable);
}

TEST_CASE("a path that no socket can have is unreachable") {
  const auto result = call({.socket = "/" + std::string(200, 'x')}, kGet);
  REQUIRE_FALSE(result);
  CHECK(result.error().fault == CallFault::unreachable);
}

}  // namespace
}  // namespace signet::cli
