#include "daemon/rules/glob.h"
#include "tests/support/catch.h"
#include "tests/support/matchers.h"

using namespace signet;
using namespace signet::rules;

namespace {

bool matches(std::string_view pattern, std::string_view text) {
  const auto glob = Glob::parse(pattern);
  INFO(pattern);
  REQUIRE_OK(glob);
  CHECK(glob.value().text() == pattern);
  return glob.value().matches(text);
}

std::string refusal(std::string_view pattern) {
  const auto glob = Glob::parse(pattern);
  REQUIRE_ERROR(glob, ErrorCode::bad_input);
  return glob.error().message;
}

}  // namespace

TEST_CASE("A pattern is for the whole text, in its own case") {
  CHECK(matches("build", "build"));
  for (const char* text : {"", "buil", "builds", "xbuild", "Build", "build\n"}) CHECK_FALSE(matches("build", text));
}

TEST_CASE("A star stands for any characters of one segment, also for none") {
  CHECK(matches("build-*", "build-"));
  CHECK(matches("build-*", "build-7"));
  CHECK_FALSE(matches("build-*", "build-7/x"));
  CHECK(matches("GET /v1/apps/*", "GET /v1/apps/1"));
  for (const char* text : {"GET /v1/apps/1?include=x", "GET /v1/apps/?include=x", "GET /v1/apps/1/builds"})
    CHECK_FALSE(matches("GET /v1/apps/*", text));
  CHECK(matches(R"(GET /v1/apps\?*)", "GET /v1/apps?limit=5"));
  CHECK_FALSE(matches(R"(GET /v1/apps\?*)", "GET /v1/apps?limit=5?x"));
  CHECK(matches("*", ""));
  CHECK(matches("repo:acme/*:ref:*", "repo:acme/app:ref:main"));
  CHECK_FALSE(matches("repo:acme/*:ref:*", "repo:acme/app:ref:refs/heads/main"));
  CHECK_FALSE(matches("repo:acme/*", "repo:acme.evil/app"));
  CHECK(matches("*a*b*", "xxaxxbxx"));
  CHECK_FALSE(matches("*a*b*", "xxbxxaxx"));
}

TEST_CASE("Two stars stand for any characters, slashes among them") {
  CHECK(matches("GET /v1/apps/**", "GET /v1/apps/1/builds?limit=5"));
  CHECK(matches("**/builds", "GET /v1/apps/1/builds"));
  CHECK(matches("a***b", "a/x/b"));
  // What one star cannot take, an earlier pair takes over.
  CHECK(matches("**a*b", "a/ab"));
  CHECK(matches("**/*.ipa", "x/y.ipa/z.ipa"));
  CHECK_FALSE(matches("**a*b", "a/b"));
}

TEST_CASE("A question mark stands for one character but a slash and itself") {
  CHECK(matches("v?", "v1"));
  CHECK(matches("v?", "v\xc3\xa9"));  // one character of two octets
  for (const char* text : {"v", "v12", "v/", "v?"}) CHECK_FALSE(matches("v?", text));
}

TEST_CASE("A backslash takes the meaning from what follows") {
  CHECK(matches(R"(GET /v1/apps\?limit=*)", "GET /v1/apps?limit=5"));
  CHECK_FALSE(matches(R"(GET /v1/apps\?limit=*)", "GET /v1/appsXlimit=5"));
  CHECK(matches(R"(a\*\*b)", "a**b"));
  CHECK_FALSE(matches(R"(a\*\*b)", "axxb"));
  CHECK(matches(R"(a\\*)", R"(a\b)"));
  CHECK(matches(R"(\**)", "*x"));
}

TEST_CASE("What other languages of patterns know stands for itself") {
  for (const char* text : {"[ab]", "a+", "(a|b)", "^a$", "{a,b}", "a.b", "!a"}) CHECK(matches(text, text));
  CHECK_FALSE(matches("[ab]", "a"));
  CHECK_FALSE(matches("a.b", "axb"));
}

TEST_CASE("A pattern that cannot be meant is refused with its mend") {
  CHECK(refusal("") == "is empty and would match nothing; write a pattern such as build-*");
  CHECK(refusal("a\\") == "has a \\ that stands before none of * ? \\; write \\\\ for the character itself");
  CHECK(refusal("\\d") == "has a \\ that stands before none of * ? \\; write \\\\ for the character itself");
  CHECK(refusal("a\tb") == "holds a control character or is not UTF-8; write plain text");
  CHECK(refusal("\xff") == "holds a control character or is not UTF-8; write plain text");
  CHECK(refusal(std::string(1025, 'a')) == "is longer than 1024 octets; write several shorter patterns");
  REQUIRE_OK(Glob::parse(std::string(1024, 'a')));
}

TEST_CASE("A text that is not UTF-8 matches nothing") {
  CHECK_FALSE(matches("**", "\xff"));
  CHECK_FALSE(matches("?", "\xc3"));
}

TEST_CASE("No pattern makes matching go back: the worst pair ends") {
  // With going back this would take longer than the machine lasts.
  std::string pattern;
  for (int i = 0; i < 100; ++i) pattern += "*a";
  CHECK_FALSE(matches(pattern + "b", std::string(4000, 'a')));
  CHECK(matches(pattern, std::string(4000, 'a')));
}

TEST_CASE("Patterns are alternatives") {
  const std::vector<Glob> globs{Glob::parse("a*").value(), Glob::parse("b*").value()};
  CHECK(any_matches(globs, "ab"));
  CHECK(any_matches(globs, "ba"));
  CHECK_FALSE(any_matches(globs, "ca"));
  CHECK_FALSE(any_matches({}, "a"));
}
