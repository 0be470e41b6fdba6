#include <string>
#include <vector>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "proto/api.h"
#include "tests/support/catch.h"
#include "tests/support/matchers.h"
#include "tests/unit/proto_api_bodies.h"

using namespace signet;
using namespace signet::testing;
namespace json = boost::json;

namespace {

const std::string kProblem =
    write(Problem{.code = ErrorCode::not_permitted, .detail = "No.", .request_id = "r1", .errors = {"one", "two"}});

}  // namespace

TEST_CASE("a problem document says its code in three ways") {
  const json::value document = json::parse(kProblem);
  CHECK(document.at("type") == "about:blank");
  CHECK(document.at("status") == 403);
  CHECK(document.at("title") == "Forbidden");
  CHECK(document.at("code") == "not_permitted");
  const Result<Problem> problem = read_problem(kProblem);
  REQUIRE_OK(problem);
  CHECK(problem->code == ErrorCode::not_permitted);
  CHECK(problem->detail == "No.");
  CHECK(problem->request_id == "r1");
  CHECK(problem->errors == std::vector<std::string>{"one", "two"});
}

TEST_CASE("every code that travels does so unchanged") {
  for (int i = 0; i <= static_cast<int>(ErrorCode::deadline_exceeded); ++i) {
    const auto code = static_cast<ErrorCode>(i);
    CHECK(read_problem(write(Problem{.code = code, .detail = "d", .request_id = "r"}))->code == code);
  }
}

TEST_CASE("a problem document of others is refused") {
  require_refused(read_problem(with_member(kProblem, "code", "\"teapot\"")), "$.code");
  require_refused(read_problem(with_member(kProblem, "code", "\"bad_input\"")), "$.code");
  require_refused(read_problem(with_member(kProblem, "status", "200")), "$.status");
  require_refused(read_problem(with_member(kProblem, "errors", "[1]")), "$.errors[0]");
  require_refused(read_problem("<html>"), "$");
}
