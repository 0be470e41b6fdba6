#include <fmt/format.h>

#include "daemon/rules/scope.h"
#include "tests/unit/rules_fixture.h"

using namespace signet;
using namespace signet::rules;

namespace {

boost::json::value json_of(const std::string& text) { return parse_json(text).value(); }

void check_refused(const ScopeRule& rule, const std::string& asked, const std::string& message) {
  const auto shaped = shape_scope(rule, json_of(asked));
  INFO(asked);
  REQUIRE_ERROR(shaped, ErrorCode::claims_rejected);
  CHECK(shaped.error().message.starts_with(message));
}

TextRule words_rule() { return {.characters = "a-z:/._-", .alphabet = parse_character_class("a-z:/._-").value()}; }

}  // namespace

TEST_CASE("A resource is GET, one space and an absolute path with at most one query") {
  for (const char* good : {"GET /v1/bundleIds", "GET /a", "GET /v1/devices?filter[platform]=IOS",
                           "GET /v1/a?b=c?d&e=%2F", "GET /v1/a%20b/~x"})
    CHECK(is_get_resource(good));
  for (const char* bad : {"",
                          "GET",
                          "GET ",
                          "GET  /v1",
                          "get /v1",
                          "POST /v1",
                          "DELETE /v1",
                          "HEAD /v1",
                          "GETT /v1",
                          " GET /v1",
                          "GET /v1 ",
                          "GET v1",
                          "/v1",
                          "GET https://h/v1",
                          "GET //v1",
                          "GET /",
                          "GET /v1/",
                          "GET /v1/../users",
                          "GET /v1/./a",
                          "GET /v1#f",
                          "GET /v1\tx",
                          "GET /v1\n",
                          "GET /v1/a%2",
                          "GET /v1/%zz",
                          "GET /v1/\xc3\xa4",
                          "GET /v1\\a",
                          "GET /v1/a[b]",
                          "GET /v1, POST /v1",
                          "GET /v1?a b"}) {
    INFO(bad);
    CHECK_FALSE(is_get_resource(bad));
  }
}

TEST_CASE("No encoding hides a separator or a dot segment in a path") {
  for (const char* segment :
       {"x%2F..%2F..%2Fapps", "x%2f..%2f..%2fapps", "x%5C..%5Capps", "x%5c..", "%2F", "%2e%2e", "%2E%2E", ".%2e",
        "%2e.", "%2e", "x%252F..%252Fapps", "%252e%252e", "..;a", ".;", "%2e.;x", "a%2", "a%", "a%2g"}) {
    const std::string inside = fmt::format("GET /v1/ciProducts/{}/a", segment);
    const std::string last = fmt::format("GET /v1/ciProducts/{}", segment);
    INFO(segment);
    CHECK_FALSE(is_get_resource(inside));
    CHECK_FALSE(is_get_resource(last));
    CHECK_FALSE(is_get_resource(last + "?limit=1"));
  }
  for (const char* segment : {"a%20b", "...", "a..b", "%41", "a;v=1", ".a"}) {
    INFO(segment);
    CHECK(is_get_resource(fmt::format("GET /v1/ciProducts/{}", segment)));
  }
}

TEST_CASE("Apple's scope is an array, passed on as it is") {
  const ScopeRule rule;
  const auto asked = json_of(R"(["GET /v1/devices?limit=5","GET /v1/bundleIds"])");
  CHECK(shape_scope(rule, asked).value() == asked);
  check_refused(rule, R"("GET /v1/devices")", "scope must be an array of texts");
  check_refused(rule, "[]", "scope must not be empty");
  check_refused(rule, "{}", "scope must be an array");
  check_refused(rule, "null", "scope must be an array");
}

TEST_CASE("A refusal names the entry's index and never the entry") {
  const ScopeRule rule;
  check_refused(rule, R"(["GET /v1/a", "POST /v1/secret"])", "scope[1] must be GET, one space and an absolute path");
  check_refused(rule, R"(["GET /v1/a", "GET /v1/b", 7])", "scope[2] must be a text.");
  const auto shaped = shape_scope(rule, json_of(R"(["POST /v1/secret"])"));
  CHECK(shaped.error().message.find("secret") == std::string::npos);
}

TEST_CASE("A scope is bounded in entries and in each entry's length") {
  const ScopeRule rule{.rule = {.max_length = 10}, .max_entries = 2};
  CHECK(shape_scope(rule, json_of(R"(["GET /12345","GET /1"])")));
  check_refused(rule, R"(["GET /123456"])", "scope[0] must be GET");
  check_refused(rule, R"(["GET /1","GET /2","GET /3"])", "scope may hold 2 entries at most");
}

TEST_CASE("A scope of words is one text, whether asked as text or as array") {
  const ScopeRule rule{.shape = ScopeShape::words, .entry = ScopeEntry::text, .rule = words_rule()};
  CHECK(shape_scope(rule, json_of(R"("signature impersonation")")).value() == json_of(R"("signature impersonation")"));
  CHECK(shape_scope(rule, json_of(R"(["signature","impersonation"])")).value() ==
        json_of(R"("signature impersonation")"));
  check_refused(rule, R"("signature  impersonation")", "scope[1] must be 1 to 256 characters");
  check_refused(rule, R"("")", "scope[0] must be");
  check_refused(rule, "7", "scope must be an array");
  const ScopeRule spaces{.shape = ScopeShape::words, .entry = ScopeEntry::text};
  check_refused(spaces, R"(["two words"])", "scope must hold one word in each entry");
}

TEST_CASE("A scope of one text is one text") {
  const ScopeRule rule{.shape = ScopeShape::text, .entry = ScopeEntry::text, .rule = {.one_of = {"server_api"}}};
  CHECK(shape_scope(rule, json_of(R"("server_api")")).value() == json_of(R"("server_api")"));
  check_refused(rule, R"(["server_api","server_api"])", "scope must be one text for this key; give a single entry.");
  check_refused(rule, "[]", "scope must be one text");
  check_refused(rule, "[7]", "scope must be one text");
  check_refused(rule, R"(["other"])", "scope must be one of");
  check_refused(rule, R"("other")", "scope must be one of: server_api.");
}

TEST_CASE("Resources are compared segment by segment and without their query") {
  const std::vector<std::string> resources{"/v1/ciProducts", "/v1/apps/*/perfPowerMetrics"};
  CHECK(all_name_resources(json_of(R"(["GET /v1/ciProducts?limit=1","GET /v1/apps/12/perfPowerMetrics"])"), resources));
  CHECK_FALSE(all_name_resources(json_of(R"(["GET /v1/ciProducts","GET /v1/users"])"), resources));
  CHECK_FALSE(all_name_resources(json_of(R"(["GET /v1/ciProducts/1"])"), resources));
  CHECK_FALSE(all_name_resources(json_of(R"(["GET /v1/apps/perfPowerMetrics"])"), resources));
  CHECK_FALSE(all_name_resources(json_of(R"(["GET /v1/ciProductsX"])"), resources));
}
