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
