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
  CHECK(message("slot:x.service").starts_with("does not know the word"));
  CHECK(message("unit:").starts_with("does not know the word"));
  CHECK(message("unit:gitlab-runner").starts_with("gitlab-runner is not the whole name of a service or scope; write"));
  CHECK(message("unit:*.service").starts_with("*.service is not the whole name"));
  CHECK(message("unit:system.slice").starts_with("system.slice is not the whole name"));
  CHECK(message("unit:runner@.service") ==
        "names the template runner@.service; write one instance of it, like runner@1.service");
  CHECK(message("unit:user@1001.service").ends_with("is never told as a unit; write user:NAME"));
  CHECK(message("slice:system").starts_with("system is not the whole name of a slice; write"));
  CHECK(message("slice:-.slice").starts_with("-.slice is not the whole name"));
  CHECK(message("user:").starts_with("does not know the word"));
  CHECK(message("uid:-1").starts_with("is not a number"));
  CHECK(message("uid:4294967295").starts_with("is out of range"));
  CHECK(message("gid:10x").starts_with("is not a number"));
  CHECK(message("user:ci user:eve").starts_with("asks for two different users"));
  CHECK(message("unit:a.service unit:b.service").starts_with("asks for two different units"));
  CHECK(message("slice:a.slice slice:b.slice").starts_with("asks for two different slices"));
}

TEST_CASE("A unit and a slice are held against what the system manager called them") {
  Peer runner = kEve;
  runner.unit = "gitlab-runner.service";
  runner.slice = "system.slice";
  CHECK(admits(line_of("unit:gitlab-runner.service"), runner));
  CHECK(admits(line_of("slice:system.slice"), runner));
  CHECK(admits(line_of("user:eve unit:gitlab-runner.service slice:system.slice"), runner));
  CHECK_FALSE(admits(line_of("user:ci unit:gitlab-runner.service"), runner));
  CHECK_FALSE(admits(line_of("unit:runner.service"), runner));
  CHECK_FALSE(admits(line_of("unit:gitlab-runner.scope"), runner));
  CHECK_FALSE(admits(line_of("slice:system-x.slice"), runner));
  CHECK_FALSE(admits(line_of("unit:gitlab-runner.service"), kEve));
  CHECK_FALSE(admits(line_of("slice:system.slice"), kEve));
  runner.unit = R"(a\x2db.service)";
  CHECK(admits(line_of(R"(unit:a\x2db.service)"), runner));
}

TEST_CASE("Why nobody was admitted is told line by line") {
  Peer cron = kCi;
  cron.unit = "cron.service";
  const std::vector lines{line_of("user:eve"), line_of("user:ci unit:gitlab-runner.service"), line_of("gid:3000"),
                          line_of("slice:ci.slice")};
  CHECK(refusal_detail(lines, cron) == R"(allow line 1 "user:eve": uid is 1001; )"
                                       R"(allow line 2 "user:ci unit:gitlab-runner.service": unit is "cron.service"; )"
                                       R"(allow line 3 "gid:3000": not in every group; )"
                                       R"(allow line 4 "slice:ci.slice": no slice of the system's own)");
  CHECK(refusal_detail({}, cron) == "no allow line");
  CHECK(refusal_detail({AllowLine{}}, cron) == R"(allow line 1 "": names nobody)");
}

TEST_CASE("The same user said twice is no contradiction") { CHECK(admits(line_of("user:ci uid:1001"), kCi)); }
