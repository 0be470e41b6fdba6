#include "daemon/rules/jwt_holders.h"
#include "tests/unit/rules_fixture.h"

using namespace signet::rules;

TEST_CASE("Who holds live JWTs of an object is told by user, with how many and until when") {
  JwtHolders holders;
  holders.note("a", kCi, 100, 0);
  holders.note("a", kCi, 90, 0);
  holders.note("a", kEve, 50, 0);
  holders.note("b", kEve, 200, 0);
  const auto of_a = holders.of("a", 10);
  REQUIRE(of_a.size() == 2);
  CHECK(of_a[0].user == "ci");
  CHECK(of_a[0].count == 2);
  CHECK(of_a[0].last_expiry == 100);
  CHECK(holders.of("a", 50).size() == 1);
  CHECK(holders.of("a", 100).empty());
  CHECK(holders.of("", 0).empty());
}

TEST_CASE("Notes are bounded; what has expired makes room, and what has not does not") {
  JwtHolders holders(2);
  holders.note("a", kCi, 100, 0);
  holders.note("a", kEve, 200, 0);
  holders.note("b", kCi, 300, 50);
  CHECK(holders.left_out() == 1);
  CHECK(holders.of("b", 50).empty());
  holders.note("a", kEve, 250, 50);
  CHECK(holders.of("a", 50)[1].last_expiry == 250);
  holders.note("b", kCi, 300, 150);
  CHECK(holders.of("b", 150).size() == 1);
  CHECK(holders.left_out() == 0);
}

TEST_CASE("What has expired is looked for once in a second, however many come") {
  JwtHolders holders(1);
  holders.note("a", kCi, 100, 0);
  holders.note("b", kCi, 100, 50);
  holders.note("c", kCi, 50, 50);
  CHECK(holders.left_out() == 2);
  CHECK(holders.of("a", 50).size() == 1);
  JwtHolders full(1);
  full.note("a", kCi, 60, 60);  // expired as soon as it is there
  full.note("b", kCi, 100, 60);
  CHECK(full.of("b", 60).size() == 1);
  full.drop_expired(100);
  full.note("c", kCi, 100, 100);
  full.note("d", kCi, 200, 100);
  CHECK(full.of("d", 100).empty());
  full.note("d", kCi, 200, 101);
  CHECK(full.of("d", 101).size() == 1);
}
