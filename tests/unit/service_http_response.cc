#include "daemon/service/http_message.h"
#include "proto/api.h"
#include "tests/support/catch.h"
#include "tests/support/matchers.h"

namespace signet::test {
namespace {

using service::Content;
using service::Framing;
using service::HttpResponse;

std::string rendered(const HttpResponse& response, Framing framing = Framing::keep_open,
                     Content content = Content::whole) {
  std::string out;
  service::append_response(out, response, framing, content);
  return out;
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

TEST_CASE("an answer says how long it is, that it is not to be stored, and whether the connection stays") {
  const std::string open = rendered({.body = "{}"});
  REQUIRE(open.starts_with("HTTP/1.1 200 OK\r\n"));
  REQUIRE(has(open, "\r\nContent-Length: 2\r\n"));
  REQUIRE(has(open, "\r\nCache-Control: no-store\r\n"));
  REQUIRE(has(open, "\r\nDate: "));
  REQUIRE_FALSE(has(open, "Connection:"));
  REQUIRE(open.ends_with("\r\n\r\n{}"));
  REQUIRE(has(rendered({.body = "{}"}, Framing::close), "\r\nConnection: close\r\n"));
}

TEST_CASE("the answer to HEAD is the header of the answer to GET") {
  const std::string head = rendered({.body = "{}"}, Framing::keep_open, Content::header_only);
  REQUIRE(has(head, "\r\nContent-Length: 2\r\n"));
  REQUIRE(head.ends_with("\r\n\r\n"));
}

TEST_CASE("every code that travels has its status, and 429 and 503 say when to come back") {
  for (int value = 0; value <= static_cast<int>(ErrorCode::deadline_exceeded); ++value) {
    const auto code = static_cast<ErrorCode>(value);
    const HttpResponse response = service::problem_response(make_error(code), "id-1");
    REQUIRE(response.status == error_info(code).http_status);
    REQUIRE(response.content_type == "application/problem+json");
    const Result<Problem> problem = read_problem(response.body);
    REQUIRE_OK(problem);
    REQUIRE(problem->code == code);
    REQUIRE(problem->request_id == "id-1");
    const bool comes_back = response.status == 429 || response.status == 503;
    REQUIRE(has(rendered(response), "\r\nRetry-After: ") == comes_back);
    REQUIRE(rendered(response).starts_with("HTTP/1.1 " + std::to_string(response.status) + " "));
  }
}

TEST_CASE("a code of our own processes travels as internal, without its words") {
  const HttpResponse response =
      service::problem_response({ErrorCode::io_failure, "open /var/lib/signet failed", "EACCES"}, "id-1");
  REQUIRE(response.status == 500);
  REQUIRE_FALSE(has(response.body, "/var/lib"));
  REQUIRE_FALSE(has(response.body, "EACCES"));
}

TEST_CASE("the time to come back is the one that is given") {
  const Error error{.code = ErrorCode::rate_limited, .message = "slow down", .retry_after = std::chrono::seconds(42)};
  REQUIRE(has(rendered(service::problem_response(error, "id-1")), "\r\nRetry-After: 42\r\n"));
}

}  // namespace
}  // namespace signet::test
