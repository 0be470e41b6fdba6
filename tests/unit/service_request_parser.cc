#include "daemon/service/request_parser.h"
#include "proto/api.h"
#include "tests/support/catch.h"
#include "tests/support/matchers.h"

namespace signet::test {
namespace {

using service::RequestParser;

constexpr std::string_view kPost = "POST /v1/keys/apple/tokens HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}";

// Feeds as a connection does: what is not used is given again with more behind it.
void feed(RequestParser& parser, std::string_view octets, std::size_t piece) {
  std::size_t begin = 0;
  for (std::size_t end = std::min(piece, octets.size());; end = std::min(end + piece, octets.size())) {
    begin += parser.feed(octets.substr(begin, end - begin));
    if (end == octets.size() || parser.complete() || parser.failure()) return;
  }
}

ErrorCode refused(std::string_view octets) {
  RequestParser parser;
  feed(parser, octets, octets.size());
  REQUIRE(parser.failure());
  REQUIRE_FALSE(parser.complete());
  return parser.failure()->code;
}

std::string with_field(std::string_view field) {
  return "GET /v1/keys HTTP/1.1\r\nHost: x\r\n" + std::string(field) + "\r\n\r\n";
}

TEST_CASE("a request is the same in one piece and octet by octet") {
  const auto piece = GENERATE(as<std::size_t>{}, 1, 7, 1000);
  RequestParser parser;
  REQUIRE_FALSE(parser.started());
  feed(parser, kPost, piece);
  REQUIRE(parser.complete());
  REQUIRE(parser.request().method == "POST");
  REQUIRE(parser.request().target == "/v1/keys/apple/tokens");
  REQUIRE(parser.request().body == "{}");
  REQUIRE(parser.request().keep_alive);
}

TEST_CASE("requests follow each other") {
  RequestParser parser;
  const std::string two = std::string(kPost) + std::string(kPost);
  REQUIRE(parser.feed(two) == kPost.size());
  REQUIRE(parser.complete());
  parser.start_next();
  REQUIRE_FALSE(parser.started());
  REQUIRE(parser.feed(kPost) == kPost.size());
  REQUIRE(parser.complete());
}

TEST_CASE("a chunked body is put together") {
  RequestParser parser;
  const std::string chunked =
      "POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n";
  feed(parser, chunked, GENERATE(as<std::size_t>{}, 1, 1000));
  REQUIRE(parser.complete());
  REQUIRE(parser.request().body == "{}");
}

TEST_CASE("who asks for a bare token gets one") {
  const auto [field, wanted] = GENERATE(table<std::string, bool>({{"Accept: application/jwt", true},
                                                                  {"accept: Application/JWT;q=1, */*", true},
                                                                  {"Accept: application/json", false},
                                                                  {"Accept: */*", false}}));
  RequestParser parser;
  feed(parser, with_field(field), 1000);
  REQUIRE(parser.complete());
  REQUIRE(parser.request().wants_bare_jwt == wanted);
}

TEST_CASE("the connection stays unless the request or its version says otherwise") {
  RequestParser parser;
  SECTION("close") { feed(parser, with_field("Connection: close"), 1000); }
  SECTION("HTTP/1.0") { feed(parser, "GET / HTTP/1.0\r\n\r\n", 1000); }
  REQUIRE(parser.complete());
  REQUIRE_FALSE(parser.request().keep_alive);
}

TEST_CASE("a body that waits for 100 Continue is told apart") {
  RequestParser parser;
  feed(parser, "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n", 1000);
  REQUIRE(parser.body_is_awaited());
  parser.feed("{}");
  REQUIRE_FALSE(parser.body_is_awaited());
  REQUIRE(parser.complete());
}

TEST_CASE("header and body have limits") {
  REQUIRE(refused("GET / HTTP/1.1\r\nHost: x\r\nX: " + std::string(9000, 'y')) == ErrorCode::headers_too_large);
  const std::string long_body =
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(kMaxRequestBodyBytes + 1) + "\r\n\r\n";
  REQUIRE(refused(long_body) == ErrorCode::payload_too_large);
  const std::string long_chunk =
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n10001\r\n" + std::string(16, 'y');
  REQUIRE(refused(long_chunk) == ErrorCode::payload_too_large);
}

TEST_CASE("a body as long as it may be is taken") {
  RequestParser parser;
  const std::string body(kMaxRequestBodyBytes, ' ');
  feed(parser, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body,
       4096);
  REQUIRE(parser.complete());
  REQUIRE(parser.request().body == body);
}

TEST_CASE("what is not HTTP/1.1, or could be read in two ways, is refused") {
  REQUIRE(refused("hello\r\n\r\n") == ErrorCode::invalid_request);
  REQUIRE(refused("GET / HTTP/2.0\r\n\r\n") == ErrorCode::invalid_request);
  REQUIRE(refused("GET / HTTP/1.1\r\n\r\n") == ErrorCode::invalid_request);  // RFC 9112 section 3.2: no Host
  REQUIRE(refused(with_field("Host: y")) == ErrorCode::invalid_request);
  REQUIRE(refused(with_field("Bad Field: y")) == ErrorCode::invalid_request);
  REQUIRE(refused(with_field("Content-Length: -1")) == ErrorCode::invalid_request);
  REQUIRE(refused(with_field("Content-Length: 1\r\nContent-Length: 2")) == ErrorCode::invalid_request);
  REQUIRE(refused(with_field("Content-Length: 2\r\nTransfer-Encoding: chunked")) == ErrorCode::invalid_request);
  REQUIRE(refused(with_field("Transfer-Encoding: chunked\r\nContent-Length: 2")) == ErrorCode::invalid_request);
  REQUIRE(refused("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n") == ErrorCode::invalid_request);
}

TEST_CASE("what we do not do is said so") {
  REQUIRE(refused(with_field("Transfer-Encoding: gzip, chunked")) == ErrorCode::not_implemented);
  REQUIRE(refused(with_field("Transfer-Encoding: identity")) == ErrorCode::not_implemented);
  REQUIRE(refused(with_field("Connection: Upgrade\r\nUpgrade: websocket")) == ErrorCode::not_implemented);
  REQUIRE(refused("CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n") == ErrorCode::not_implemented);
}

}  // namespace
}  // namespace signet::test
