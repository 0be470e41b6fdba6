#include "daemon/rules/template_text.h"
#include "daemon/rules/text_rule.h"
#include "tests/unit/rules_fixture.h"

using namespace signet;
using namespace signet::rules;

namespace {

TextRule of_characters(const std::string& characters, std::size_t length) {
  return {.min_length = length,
          .max_length = length,
          .characters = characters,
          .alphabet = parse_character_class(characters).value()};
}

}  // namespace

TEST_CASE("A character class holds ranges, single characters and a dash at its end") {
  const auto alphabet = parse_character_class("A-C0_-").value();
  CHECK(alphabet.count() == 6);
  for (const char c : {'A', 'B', 'C', '0', '_', '-'}) CHECK(alphabet[static_cast<std::size_t>(c)]);
  CHECK_FALSE(parse_character_class("Z-A"));
  CHECK_FALSE(parse_character_class("\xc3\xa4"));
  CHECK_FALSE(parse_character_class("a\n"));
}

TEST_CASE("A text of a length and a class is checked octet by octet") {
  const auto rule = of_characters("A-Z0-9", 10);
  CHECK(check_text(rule, "2X9R4HXF34"));
  for (const char* bad : {"2X9R4HXF3", "2X9R4HXF345", "2x9R4HXF34", "2X9R4HXF3\n", "", "2X9R4HX\xc3\x84"}) {
    const auto checked = check_text(rule, bad);
    REQUIRE_ERROR(checked, ErrorCode::bad_input);
    CHECK(checked.error().message == "must be 10 characters of A-Z0-9");
  }
}

TEST_CASE("A UUID has its dashes where RFC 9562 has them") {
  const TextRule rule{.formats = {TextFormat::uuid}};
  CHECK(check_text(rule, "57246542-96fe-1a63-e053-0824d011072a"));
  CHECK(check_text(rule, "57246542-96FE-1A63-E053-0824D011072A"));
  for (const char* bad : {"57246542-96fe-1a63-e053-0824d011072", "57246542-96fe-1a63-e053-0824d011072g",
                          "5724654296fe1a63e0530824d011072a", "{57246542-96fe-1a63-e053-0824d011072a}",
                          "57246542_96fe-1a63-e053-0824d011072a"})
    CHECK_FALSE(check_text(rule, bad));
}

TEST_CASE("What stands between a prefix and a suffix keeps the rule") {
  TextRule rule = of_characters("a-z", 1);
  rule.min_length = 0;
  rule.max_length = 64;
  rule.prefix = "https://";
  rule.suffix = ".example/";
  CHECK(check_text(rule, "https://storage.example/"));
  for (const char* bad : {"https://storage.example", "http://storage.example/", "https://evil.test/.example/",
                          "https://a@b.example/", "https://storage.example/x", ".example/", "https://"})
    CHECK_FALSE(check_text(rule, bad));
  CHECK(check_text(rule, "").error().message ==
        "must begin with https:// and end with .example/ and be 0 to 64 characters of a-z");
}

TEST_CASE("Control characters and bad UTF-8 are refused whatever the rule") {
  const TextRule any;
  CHECK(check_text(any, "Gr\xc3\xbc\xc3\x9f Gott"));
  for (const char* bad : {"a\tb", "a\nb", "\x7f", "\xff", "\xc0\xaf"}) CHECK_FALSE(check_text(any, bad));
  CHECK_FALSE(check_text(any, std::string_view("a\0b", 3)));
  CHECK_FALSE(check_text(any, ""));
  CHECK_FALSE(check_text(any, std::string(257, 'a')));
}

TEST_CASE("A refusal never quotes the text") {
  const auto checked = check_text(TextRule{.one_of = {"team", "individual"}}, "secret-value");
  REQUIRE_FALSE(checked);
  CHECK(checked.error().message == "must be one of: team, individual");
}

TEST_CASE("Variables are found and replaced at any depth, once") {
  const auto value = parse_json(R"({"a":"x${one}y${two}","b":["${one}",{"${one}":7}],"c":"$one {one} $"})").value();
  CHECK(variables_in(value).value() == std::set<std::string>{"one", "two"});
  const auto expanded = expand(value, {{"one", "${two}"}, {"two", ""}});
  CHECK(expanded == parse_json(R"({"a":"x${two}y","b":["${two}",{"${one}":7}],"c":"$one {one} $"})").value());
  CHECK_FALSE(variables_in(parse_json(R"(["${one"])").value()));
}
