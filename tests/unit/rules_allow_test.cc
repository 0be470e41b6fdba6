#include "daemon/rules/allow.h"
#include "tests/unit/rules_fixture.h"

using namespace signet;
using namespace signet::rules;

namespace {

AllowLine line_of(const std::string& text) {
  auto line = parse_allow(text, accounts());
  REQUIRE_OK(line);
  return std::move(line).value();
}

}  // namespace

TEST_CASE("A key without allow lines is usable by nobody, root included") {
  const Peer root{.uid = 0, .gid = 0};
  CHECK_FALSE(admitting_line({}, root));
  CHECK_FALSE(admitting_line({}, kCi));
  CHECK_FALSE(admits(AllowLine{}, root));
}

TEST_CASE("Each word names a user or a group by name or by number") {
  CHECK(admits(line_of("user:ci"), kCi));
  CHECK_FALSE(admits(line_of("user:ci"), kEve));
  CHECK(admits(line_of("uid:1002"), kEve));
  CHECK_FALSE(admits(line_of("uid:1002"), kCi));
  CHECK(admits(line_of("group:builders"), kCi));
  CHECK_FALSE(admits(line_of("group:builders"), kEve));
  CHECK(admits(line_of("gid:1002"), kEve));
  CHECK_FALSE(admits(line_of("gid:1002"), kCi));
}

TEST_CASE("A number written for a user is not taken for a group") {
  const Peer same_number{.uid = 5, .gid = 2001};
  CHECK(admits(line_of("gid:2001"), same_number));
  CHECK_FALSE(admits(line_of("uid:2001"), same_number));
}

TEST_CASE("Every word of a line must hold") {
  const auto line = line_of("user:ci \t group:builders");
  CHECK(admits(line, kCi));
  CHECK_FALSE(admits(line, Peer{.uid = 1001, .gid = 1001}));
  CHECK_FALSE(admits(line, Peer{.uid = 1002, .gid = 2001}));
  CHECK_FALSE(admits(line_of("group:builders gid:3000"), kCi));
  CHECK(admits(line_of("group:builders gid:1001"), kCi));
}

TEST_CASE("Lines are alternatives and the first that admits is named") {
  const std::vector lines{line_of("user:eve gid:2001"), line_of("user:eve"), line_of("group:builders")};
  CHECK(admitting_line(lines, kCi) == 2);
  CHECK(admitting_line(lines, kEve) == 1);
  CHECK_FALSE(admitting_line(lines, Peer{.uid = 9, .gid = 9}));
}

TEST_CASE("A line that names nobody, or somebody unknown, is refused with the mend") {
  const auto message = [](const char* text) {
    const auto line = parse_allow(text, accounts());
    REQUIRE_ERROR(line, ErrorCode::bad_input);
    return line.error().message;
  };
  CHECK(message("user:nobody-here") == "no user nobody-here on this machine");
  CHECK(message("group:nobody-here") == "no group nobody-here on this machine");
  CHECK(message("").starts_with("names nobody; write user:NAME"));
  CHECK(message("ci").starts_with("does not know the word \"ci\""));
  CHECK(message("unit:x.service").starts_with("does not know the word"));
  CHECK(message("user:").starts_with("does not know the word"));
  CHECK(message("uid:-1").starts_with("is not a number"));
  CHECK(message("uid:4294967295").starts_with("is out of range"));
  CHECK(message("gid:10x").starts_with("is not a number"));
  CHECK(message("user:ci user:eve").starts_with("asks for two different users"));
}

TEST_CASE("The same user said twice is no contradiction") { CHECK(admits(line_of("user:ci uid:1001"), kCi)); }
