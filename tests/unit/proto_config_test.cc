#include <string>
#include <vector>

#include "proto/config_file.h"
#include "proto/config_values.h"
#include "tests/support/catch.h"
#include "tests/support/matchers.h"

using namespace signet;
using namespace std::chrono_literals;

namespace {

struct Taken {
  std::string socket;
  std::int64_t sessions = 8;
  std::vector<std::string> allow{};
};

ConfigSchema schema_for(Taken& taken) {
  ConfigSchema schema;
  schema
      .required("socket",
                [&taken](std::string_view value) -> Result<void> {
                  SIGNET_TRY_ASSIGN(taken.socket, parse_socket_path(value));
                  return {};
                })
      .optional("sessions",
                [&taken](std::string_view value) -> Result<void> {
                  SIGNET_TRY_ASSIGN(taken.sessions, parse_integer(value, 1, 64));
                  return {};
                })
      .repeated("allow", [&taken](std::string_view value) -> Result<void> {
        taken.allow.emplace_back(value);
        return {};
      });
  return schema;
}

std::vector<std::string> problems_of(std::string_view text, Taken& taken) {
  std::vector<std::string> problems;
  for (const ConfigProblem& problem : schema_for(taken).apply(read_config_lines("f.conf", text))) {
    problems.push_back(to_string(problem));
  }
  return problems;
}

std::vector<std::string> problems_of(std::string_view text) {
  Taken taken;
  return problems_of(text, taken);
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("values are read, trimmed, in the file's order") {
  Taken taken;
  const Texts problems =
      problems_of("socket=/run/s.sock\n\n  sessions\t =  12 \nallow = user:ci unit:x\nallow = group:b\n", taken);
  CHECK(problems.empty());
  CHECK(taken.socket == "/run/s.sock");
  CHECK(taken.sessions == 12);
  CHECK(taken.allow == Texts{"user:ci unit:x", "group:b"});
}

TEST_CASE("# starts a comment at the beginning of a line or after white space only") {
  Taken taken;
  const Texts problems = problems_of(
      "# socket = /other\n   # indented\nsocket = /run/a#b#.sock # the socket\nallow = user:#1\t# tab\nallow = "
      "#gone\nallow = x# y\n",
      taken);
  CHECK(problems.empty());
  CHECK(taken.socket == "/run/a#b#.sock");
  CHECK(taken.allow == Texts{"user:#1", "", "x# y"});
}

TEST_CASE("a value may hold = and the last line needs no end") {
  Taken taken;
  CHECK(problems_of("socket = /run/s\nallow = a=b=c", taken).empty());
  CHECK(taken.allow == Texts{"a=b=c"});
}

TEST_CASE("each line that is none is a problem with its number, and the others are read") {
  Taken taken;
  const Texts problems = problems_of(
      "[section]\nsocket\n= /x\nsocket = /run/s\nallow = \x01\nallow = \xff\nallow = ok\r\nallow = ok\n", taken);
  CHECK(problems == Texts{
                        "f.conf:1: is a section header, which this file does not have; delete it",
                        "f.conf:2: has no =; write option = value",
                        "f.conf:3: has no name before =; write option = value",
                        "f.conf:5: holds a control character; delete it",
                        "f.conf:6: is not UTF-8; save the file as UTF-8",
                        "f.conf:7: ends in a carriage return; save the file with Unix line ends",
                    });
  CHECK(taken.socket == "/run/s");
  CHECK(taken.allow == Texts{"ok"});
}

TEST_CASE("a NUL is a problem") {
  const Texts problems = problems_of(std::string_view("socket = /run/s\0x\n", 18));
  REQUIRE(problems.size() == 2);
  CHECK(problems[0] == "f.conf:1: holds a control character; delete it");
  CHECK(problems[1] == "f.conf: socket: is missing; the file needs it");
}

TEST_CASE("a missing option is a problem of the file") {
  CHECK(problems_of("") == Texts{"f.conf: socket: is missing; the file needs it"});
  CHECK(problems_of("sessions = 3\n# socket = /run/s\n") == Texts{"f.conf: socket: is missing; the file needs it"});
}

TEST_CASE("an option that may stand once is refused the second time, which changes nothing") {
  Taken taken;
  CHECK(problems_of("socket = /run/a\nallow = x\nsocket = /run/b\nsocket = /run/c\n", taken) ==
        Texts{"f.conf:3: socket: stands in line 1 already; keep one",
              "f.conf:4: socket: stands in line 1 already; keep one"});
  CHECK(taken.socket == "/run/a");
}

TEST_CASE("an unknown option is a problem that names the nearest known one") {
  CHECK(problems_of("socket = /s\nsesions = 1\n") ==
        Texts{"f.conf:2: sesions: is not an option of this file; did you mean sessions?"});
  CHECK(problems_of("socket = /s\nSocket = /s\n") ==
        Texts{"f.conf:2: Socket: is not an option of this file; did you mean socket?"});
  CHECK(problems_of("socket = /s\ncolour = red\ncolour = blue\n") ==
        Texts{"f.conf:2: colour: is not an option of this file; delete the line or correct the name",
              "f.conf:3: colour: is not an option of this file; delete the line or correct the name"});
}

TEST_CASE("a beginning of an option's name is not that option") {
  CHECK(problems_of("socket = /s\nsess = 1\n").size() == 1);
}

TEST_CASE("what may be a secret before = is not quoted") {
  const Texts problems = problems_of("socket = /s\nmy secret 1234 = x\n");
  CHECK(problems == Texts{"f.conf:2: what stands before = is not an option of this file"});
}

TEST_CASE("a bad value is a problem with the mend") {
  CHECK(problems_of("socket = run/s\n") == Texts{"f.conf:1: socket: is not an absolute path; begin it with /"});
  CHECK(problems_of("socket = /s\nsessions = many\n") ==
        Texts{"f.conf:2: sessions: is not a number; write a whole number from 1 to 64"});
  CHECK(problems_of("socket = /s\nsessions = 65\n") ==
        Texts{"f.conf:2: sessions: is out of range; write a whole number from 1 to 64"});
  CHECK(problems_of("socket = /s\nsessions =\n").size() == 1);
}

TEST_CASE("all problems of a file are in one report") {
  const Texts problems = problems_of("[x]\nsessions = 0\nsessions = 1\nsoket = /s\nallow = fine\nnothing\n");
  CHECK(problems == Texts{
                        "f.conf:1: is a section header, which this file does not have; delete it",
                        "f.conf:6: has no =; write option = value",
                        "f.conf:2: sessions: is out of range; write a whole number from 1 to 64",
                        "f.conf:3: sessions: stands in line 2 already; keep one",
                        "f.conf:4: soket: is not an option of this file; did you mean socket?",
                        "f.conf: socket: is missing; the file needs it",
                    });
}

TEST_CASE("an option with a name of its own may stand once for each name, or again and again") {
  Texts taken;
  const auto take = [&taken](std::string_view name, std::string_view value) -> Result<void> {
    if (value == "bad") return Unexpected(Error{ErrorCode::bad_input, "is bad; write something good"});
    taken.push_back(std::string(name) + "=" + std::string(value));
    return {};
  };
  ConfigSchema schema;
  schema.named("claim", take).named_repeated("claim-allow", take).optional("rate", [](std::string_view) {
    return Result<void>{};
  });
  const auto problems = [&](std::string_view text) {
    taken.clear();
    Texts texts;
    for (const auto& problem : schema.apply(read_config_lines("f.conf", text))) texts.push_back(to_string(problem));
    return texts;
  };

  CHECK(problems("claim sub = a=b\nclaim https://x.test/c,d = 1\nclaim-allow  \t aud = x\nclaim-allow aud = y\n")
            .empty());
  CHECK(taken == Texts{"sub=a=b", "https://x.test/c,d=1", "aud=x", "aud=y"});
  CHECK(problems("claim sub = a\n\nclaim \t sub = b\n") ==
        Texts{"f.conf:3: claim sub: stands in line 1 already; keep one"});
  CHECK(taken == Texts{"sub=a"});
  CHECK(problems("claim sub = bad\n") == Texts{"f.conf:1: claim sub: is bad; write something good"});
  CHECK(problems("claim = x\n") == Texts{"f.conf:1: claim: wants one name before =; write claim NAME = value"});
  CHECK(problems("claim a secret = x\n") ==
        Texts{"f.conf:1: claim: wants one name before =; write claim NAME = value"});
  CHECK(problems("claim " + std::string(129, 'n') + " = x\n").size() == 1);
  CHECK(problems("clam sub = x\nclaim-alow sub = x\n") ==
        Texts{"f.conf:1: clam: is not an option of this file; did you mean claim?",
              "f.conf:2: claim-alow: is not an option of this file; did you mean claim-allow?"});
  CHECK(problems("rate 1 = x\n") == Texts{"f.conf:1: rate: takes no name before =; write rate = value"});
}

TEST_CASE("durations are whole numbers with a unit") {
  CHECK(*parse_duration("250ms") == 250ms);
  CHECK(*parse_duration("10s") == 10s);
  CHECK(*parse_duration("14min") == 14min);
  CHECK(*parse_duration("1h") == 1h);
  CHECK(*parse_duration("2d") == 48h);
  CHECK(*parse_duration("0s") == 0ms);
  CHECK(*parse_duration("3650d") == 24h * 3650);
  const std::string refused =
      GENERATE(as<std::string>{}, "", "10", "s", "10 s", "-1s", "+1s", "1.5h", "1m", "10S", "1s ", "0x1s", "3651d",
               "99999999999999999999ms", "9223372036854775807d", "1h30min");
  REQUIRE_ERROR(parse_duration(refused), ErrorCode::bad_input);
}

TEST_CASE("durations are shown in the largest unit that divides them") {
  CHECK(format_duration(250ms) == "250ms");
  CHECK(format_duration(840s) == "14min");
  CHECK(format_duration(1500ms) == "1500ms");
  CHECK(format_duration(61s) == "61s");
  CHECK(format_duration(36h) == "36h");
  CHECK(format_duration(48h) == "2d");
  CHECK(format_duration(0ms) == "0s");
}

TEST_CASE("yes and no are the only answers") {
  CHECK(*parse_yes_no("yes"));
  CHECK_FALSE(*parse_yes_no("no"));
  for (const char* refused : {"", "Yes", "true", "1", "no "})
    REQUIRE_ERROR(parse_yes_no(refused), ErrorCode::bad_input);
}

TEST_CASE("integers are digits within their limits") {
  CHECK(*parse_integer("0", 0, 10) == 0);
  CHECK(*parse_integer("010", 0, 10) == 10);
  CHECK(*parse_integer("9223372036854775807", 0, INT64_MAX) == INT64_MAX);
  for (const char* refused : {"", "-1", "+1", " 1", "1 ", "0x1", "1.0", "11", "9223372036854775808", "one"}) {
    INFO(refused);
    REQUIRE_ERROR(parse_integer(refused, 0, 10), ErrorCode::bad_input);
  }
}

TEST_CASE("file modes are three or four octal digits") {
  CHECK(*parse_file_mode("0660") == 0660);
  CHECK(*parse_file_mode("600") == 0600);
  for (const char* refused : {"", "66", "00660", "0668", "u=rw", "-660", "99999999999999999999"}) {
    REQUIRE_ERROR(parse_file_mode(refused), ErrorCode::bad_input);
  }
}

TEST_CASE("paths are absolute, and sockets' paths short") {
  CHECK(*parse_path("/a b") == "/a b");
  REQUIRE_ERROR(parse_path("a"), ErrorCode::bad_input);
  REQUIRE_ERROR(parse_path(""), ErrorCode::bad_input);
  REQUIRE_ERROR(parse_path(std::string_view("/a\0b", 4)), ErrorCode::bad_input);
  REQUIRE_ERROR(parse_path("/" + std::string(4095, 'x')), ErrorCode::bad_input);
  REQUIRE_OK(parse_socket_path("/" + std::string(106, 'x')));
  REQUIRE_ERROR(parse_socket_path("/" + std::string(107, 'x')), ErrorCode::bad_input);
}

TEST_CASE("names are short and plain") {
  for (const char* name : {"a", "apple", "a.b_c-d", "..x", "0"}) CHECK(*parse_name(name) == name);
  REQUIRE_OK(parse_name(std::string(64, 'n')));
  for (const std::string& refused :
       {std::string(), std::string("."), std::string(".."), std::string("A"), std::string("a/b"), std::string("a b"),
        std::string("\xc3\xa4"), std::string(65, 'n')}) {
    REQUIRE_ERROR(parse_name(refused), ErrorCode::bad_input);
  }
}
