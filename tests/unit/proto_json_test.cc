#include <limits>
#include <string>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include "proto/json.h"
#include "tests/support/catch.h"
#include "tests/support/matchers.h"

using namespace signet;
namespace json = boost::json;

namespace {

struct Refusal {
  std::string text;
  std::string path;  // the message begins with it, followed by a space
};

void require_refused(const std::string& text, const std::string& path, JsonLimits limits = {}) {
  const Result<json::value> result = parse_json(text, limits);
  INFO("text: " << text);
  REQUIRE_ERROR(result, ErrorCode::invalid_request);
  INFO("message: " << result.error().message);
  REQUIRE(result.error().message.starts_with(path + " "));
}

}  // namespace

TEST_CASE("JSON texts are read as they stand") {
  for (const std::string text :
       {R"({})", R"([])", R"("a\"b")", R"(true)", R"(null)", R"(-12)", R"(1.5E0)",
        R"({"a":{"b":[1,2,{"c":null}]},"d":"\u00e4"})", R"([9223372036854775807])", R"([-9223372036854775808])"}) {
    const Result<json::value> value = parse_json(text);
    REQUIRE_OK(value);
    REQUIRE(*value == json::parse(text));
  }
}

TEST_CASE("white space may surround a JSON text") { REQUIRE_OK(parse_json(" \r\n\t{ \"a\" : 1 } \n")); }

TEST_CASE("escapes in names and strings are resolved, cut up as they may be") {
  const Result<json::value> value = parse_json(R"({"n\u0061me\n":"\ud83d\udd11 key\\"})");
  REQUIRE_OK(value);
  CHECK(value->as_object().at("name\n").as_string() == "\xf0\x9f\x94\x91 key\\");
}

TEST_CASE("the limits of 64-bit integers are kept exactly") {
  CHECK(parse_json("[9223372036854775807]")->at(0).as_int64() == std::numeric_limits<std::int64_t>::max());
  CHECK(parse_json("[-9223372036854775808]")->at(0).as_int64() == std::numeric_limits<std::int64_t>::min());
}

TEST_CASE("equal member names are refused, with the path") {
  const auto refusal = GENERATE(values<Refusal>({
      {R"({"a":1,"a":1})", "$.a"},
      {R"({"claims":{"x":{"iss":1,"exp":2,"iss":3}}})", "$.claims.x.iss"},
      {R"([{"a":1},{"b":1,"b":2}])", "$[1].b"},
      {R"({"a":1,"\u0061":2})", "$.a"},
      {R"({"":1,"":2})", R"($[""])"},
      {R"({"a b":1,"a b":2})", R"($["a b"])"},
      {R"({"a":{"b":1},"b":{"a":1},"a":0})", "$.a"},
  }));
  require_refused(refusal.text, refusal.path);
}

TEST_CASE("equal names in different objects are fine") {
  REQUIRE_OK(parse_json(R"({"a":{"a":[{"a":1},{"a":2}]},"b":{"a":1}})"));
}

TEST_CASE("integers beyond 64 bits are refused, not rounded, with the path") {
  const auto refusal = GENERATE(values<Refusal>({
      {"9223372036854775808", "$"},
      {R"({"exp":18446744073709551615})", "$.exp"},
      {R"({"exp":18446744073709551616})", "$.exp"},
      {R"([0,-9223372036854775809])", "$[1]"},
      {R"({"a":[1,2,100000000000000000000000000000000000000000]})", "$.a[2]"},
  }));
  require_refused(refusal.text, refusal.path);
}

TEST_CASE("numbers no double can hold are refused") { require_refused(R"({"a":1e999})", "$.a"); }

TEST_CASE("bad UTF-8 is refused, with the path") {
  const auto refusal = GENERATE(values<Refusal>({
      {"{\"a\":\"\xff\"}", "$.a"},
      {"{\"claims\":{\"sub\":\"x\xc0\xaf\"}}", "$.claims.sub"},
      {"[\"a\",\"\xed\xa0\x80\"]", "$[0]"},
      {"{\"\xe2\x82\":1}", "$"},
      {R"({"a":"\ud800"})", "$.a"},
      {R"({"a":"\udc00\ud800"})", "$.a"},
  }));
  require_refused(refusal.text, refusal.path);
}

TEST_CASE("what is no JSON is refused, with the place") {
  const auto refusal = GENERATE(values<Refusal>({
      {"", "$"},
      {"{", "$"},
      {R"({"a":)", "$.a"},
      {R"({"a":1,})", "$.a"},
      {R"({"a":1}{"b":2})", "$"},
      {R"({"a":1} x)", "$"},
      {R"({'a':1})", "$"},
      {R"([01])", "$[0]"},
      {R"([1,+1])", "$[0]"},
      {R"([NaN])", "$"},
      {R"({"a":Infinity})", "$.a"},
      {"[1] // why", "$"},
      {"{\"a\":\"line\nbreak\"}", "$.a"},
      {"\xef\xbb\xbf{}", "$"},
      {std::string("{}\0", 3), "$"},
  }));
  require_refused(refusal.text, refusal.path);
}

TEST_CASE("nesting is limited") {
  REQUIRE_OK(parse_json(std::string(16, '[') + std::string(16, ']')));
  require_refused(std::string(17, '[') + std::string(17, ']'), "$[0][0][0][0][0][0][0][0][0][0][0][0][0][0][0]");
  require_refused(R"({"a":{"b":{"c":1}}})", "$.a.b", {.max_depth = 2});
}

TEST_CASE("length is limited") {
  const std::string text = '"' + std::string(64 * 1024 - 2, 'x') + '"';
  REQUIRE_OK(parse_json(text));
  require_refused(text + " ", "$");
}

TEST_CASE("an error never quotes a value, and long names are cut") {
  const Result<json::value> value = parse_json(R"({"a":"secret","a":"secret"})");
  CHECK(value.error().message.find("secret") == std::string::npos);
  const std::string name(1000, 'n');
  const Result<json::value> long_name = parse_json("{\"" + name + "\":1,\"" + name + "\":1}");
  CHECK(long_name.error().message.size() < 200);
}
