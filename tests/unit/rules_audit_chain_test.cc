#include "daemon/rules/audit_chain.h"
#include "proto/bytes.h"
#include "tests/support/catch.h"

using namespace signet;
using namespace signet::rules;

TEST_CASE("A head follows the line it was made of") {
  const ChainHead head = next_head({}, "abc");
  CHECK(to_string(head) == "1:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(next_head(head, "abc").seq == 2);
  CHECK(next_head(head, "abd").digest != head.digest);
}

TEST_CASE("A head reads back what it prints, and nothing else") {
  const ChainHead head = next_head({41, {}}, "a line");
  CHECK(parse_chain_head(to_string(head)).value() == head);
  const std::string digits(64, '0');
  for (const std::string& text :
       {std::string(), std::string("1"), ":" + digits, "1:" + digits + "0", "1:" + std::string(64, 'F'), "-1:" + digits,
        "1 :" + digits, "99999999999999999999:" + digits})
    CHECK_FALSE(parse_chain_head(text));
}

TEST_CASE("A line says its place at its two ends") {
  const ChainHead head{6, sha256(bytes_of("before"))};
  const auto line = chain_line(head, R"("outcome":"issued")");
  CHECK(line == R"({"seq":7,"outcome":"issued","prev":")" + hex(head.digest) + R"("})");
  CHECK(chain_link(line) == ChainLink{7, head.digest});
  CHECK(next_head(head, line).seq == 7);
}

TEST_CASE("What is not written by us has no place") {
  const auto line = chain_line({6, {}}, R"("outcome":"issued")");
  for (const std::string& text : {std::string(), line.substr(1), line.substr(0, line.size() - 1), line + "\n",
                                  " " + line, R"({"seq":0,"a":1,"prev":")" + std::string(64, '0') + R"("})",
                                  R"({"seq":-1,"a":1,"prev":")" + std::string(64, '0') + R"("})",
                                  R"({"seq":1,"a":1,"prev":")" + std::string(64, 'G') + R"("})",
                                  R"({"seq":1,"prev":")" + std::string(63, '0') + R"("})"})
    CHECK_FALSE(chain_link(text));
}
