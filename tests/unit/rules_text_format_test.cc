#include "daemon/rules/text_format.h"
#include "daemon/rules/text_rule.h"
#include "tests/unit/rules_fixture.h"

using namespace signet;
using namespace signet::rules;

namespace {

void check_format(const char* name, const std::vector<std::string>& good, const std::vector<std::string>& bad) {
  const auto format = format_from_name(name);
  REQUIRE(format);
  INFO(name);
  for (const auto& text : good) {
    INFO(text);
    CHECK(has_format(*format, text));
  }
  for (const auto& text : bad) {
    INFO(text);
    CHECK_FALSE(has_format(*format, text));
  }
}

}  // namespace

TEST_CASE("An origin is scheme, host and perhaps a port, as browsers write it") {
  check_format("origin",
               {"https://a", "https://push.example", "https://push.example:8443", "https://127.0.0.1:1",
                "https://[2001:db8::1]", "https://[::1]:65535", "https://x1-2.example"},
               {"",
                "https://",
                "http://push.example",
                "https://push.example/",
                "https://push.example:443",
                "https://push.example:0",
                "https://push.example:65536",
                "https://push.example:08",
                "https://push.example:",
                "https://Push.example",
                "HTTPS://push.example",
                "https://push.example?x",
                "https://push.example#x",
                "https://u@push.example",
                "https://*.example",
                "https://push..example",
                "https://.example",
                "https://example.",
                "https://-a.example",
                "https://a-.example",
                "https://a_b.example",
                "https://[2001:db8::1",
                "https://[]",
                "https://[1]",
                "https://a b",
                "https://https://a",
                "https://" + std::string(64, 'a')});
  check_format("http-origin", {"http://a", "http://a:443", "http://a:8080"}, {"https://a", "http://a:80", "http://a/"});
}

TEST_CASE("An https address has a host and no user name or fragment") {
  check_format("https-url", {"https://a", "https://a/", "https://a:443/b/c.d?e=f&g=%20", "https://a?x"},
               {"", "https://", "http://a/", "https:///x", "https://u:p@a/", "https://a/#x", "https://a/ b",
                "https://a/\"", "https://A/", "https://a:0/", "https://a/<x>", "https://a/{tenant}"});
}

TEST_CASE("E-mail addresses are of the plain form") {
  check_format("email", {"a@b", "svc+ci@project-1.iam.gserviceaccount.com", "o'neil@example.com"},
               {"", "a", "@b", "a@", "a@b@c", "a b@c", "a@b c", ".a@b", "a.@b", "a..b@c", "a@.b", "a@b.", "a@b..c",
                "\"a\"@b", "a@[1.2.3.4]", "a@b_c", std::string(65, 'a') + "@b"});
  check_format("mailto", {"mailto:ops@example.com"},
               {"ops@example.com", "mailto:", "MAILTO:a@b", "mailto:a@b?subject=x"});
}

TEST_CASE("Formats have the names of the documentation, and no others") {
  const auto page = read_whole(SIGNET_DOCS "/profiles.md");
  for (const char* name : {"uuid", "origin", "http-origin", "https-url", "email", "mailto"}) {
    CHECK(format_from_name(name));
    CHECK(page.find(std::string("| `") + name + "` |") != std::string::npos);
  }
  for (const char* name : {"", "UUID", "url"}) CHECK_FALSE(format_from_name(name));
}

TEST_CASE("A prefix stands before what a format or a class binds, and within the length") {
  const TextRule client{.prefix = "APP.", .formats = {TextFormat::uuid}};
  CHECK(check_text(client, "APP.57246542-96fe-1a63-e053-0824d011072a"));
  for (const char* bad : {"57246542-96fe-1a63-e053-0824d011072a", "APP.", "app.57246542-96fe-1a63-e053-0824d011072a"}) {
    const auto checked = check_text(client, bad);
    REQUIRE_FALSE(checked);
    CHECK(checked.error().message == "must begin with APP. and be a UUID: 8-4-4-4-12 hexadecimal digits");
  }
  const TextRule digits{
      .max_length = 4, .prefix = "v", .characters = "0-9", .alphabet = parse_character_class("0-9").value()};
  CHECK(check_text(digits, "v123"));
  CHECK_FALSE(check_text(digits, "v1234"));
  CHECK_FALSE(check_text(digits, "vv12"));
}

TEST_CASE("Of several formats a text has one") {
  const TextRule contact{.formats = {TextFormat::mailto, TextFormat::https_url}};
  CHECK(check_text(contact, "mailto:ops@example.com"));
  CHECK(check_text(contact, "https://example.com/contact"));
  const auto checked = check_text(contact, "ops@example.com");
  REQUIRE_FALSE(checked);
  CHECK(checked.error().message ==
        "must be mailto: and an e-mail address or an https address with its host in lower case, without user name and "
        "fragment");
}
