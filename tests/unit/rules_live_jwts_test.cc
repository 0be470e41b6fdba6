#include "daemon/rules/live_jwts.h"
#include "tests/support/catch.h"

using namespace signet;
using namespace signet::rules;

namespace {

constexpr std::int64_t kNow = 1'764'072'000;

Sha256Digest digest(unsigned number) {
  Sha256Digest made{};
  made[0] = static_cast<std::byte>(number);
  return made;
}

UtcTime at(std::int64_t second) { return UtcTime(std::chrono::seconds(second)); }

AuditEntry issued(unsigned number, std::int64_t expires_at, std::string user = "ci") {
  AuditEntry entry{.time = at(kNow - 10), .outcome = "issued"};
  entry.key = "apple";
  entry.kid = "K1";
  entry.user = std::move(user);
  entry.spki_sha256 = digest(200);
  entry.jwt_sha256 = digest(number);
  entry.expires_at = expires_at;
  return entry;
}

std::vector<LiveJwt> live(const std::vector<AuditEntry>& entries, LiveQuery query = {}) {
  query.key = "apple";
  if (query.at == UtcTime()) query.at = at(kNow);
  LiveJwts jwts(query);
  for (const auto& entry : entries) jwts.add(entry);
  return jwts.finish();
}

}  // namespace

TEST_CASE("a JWT lives up to its exp, and not in it") {
  CHECK(live({issued(1, kNow)}).empty());
  CHECK(live({issued(1, kNow + 1)}).size() == 1);
}

TEST_CASE("a line of a time to come counts, but for a time that is asked about") {
  // The clock was ahead when it was written.
  CHECK(live({issued(1, kNow + 1)}, {.at = at(kNow - 11)}).size() == 1);
  CHECK(live({issued(1, kNow + 1)}, {.at = at(kNow - 11), .as_known_then = true}).empty());
  CHECK(live({issued(1, kNow + 1)}, {.at = at(kNow - 10), .as_known_then = true}).size() == 1);
}

TEST_CASE("a JWT whose answer was lost is perhaps one, and lives without a holder") {
  AuditEntry lost = issued(1, kNow + 5);
  lost.outcome = "lost";
  lost.jwt_sha256.reset();
  CHECK(live({lost}).empty());
  lost.input_sha256 = digest(9);
  const auto rows = live({lost, issued(2, kNow + 4)});
  REQUIRE(rows.size() == 2);
  CHECK((rows[0].lost && rows[0].sha256 == digest(9) && rows[0].holders.empty()));
  CHECK_FALSE(rows[1].lost);
  lost.expires_at = kNow;
  CHECK(live({lost}).empty());
}

TEST_CASE("a key that no line names is not known") {
  LiveJwts jwts({.key = "apple", .at = at(kNow)});
  auto other = issued(1, kNow + 5);
  other.key = "appel";
  jwts.add(other);
  CHECK_FALSE(jwts.knows_key());
  jwts.add(issued(1, kNow - 5));
  CHECK(jwts.knows_key());
  CHECK(jwts.finish().empty());
}

TEST_CASE("one row for each JWT, the last to expire first") {
  auto endless = issued(3, 0);
  endless.expires_at.reset();
  auto cached = issued(1, kNow + 5, "bob");
  cached.cached = true;
  const auto rows = live({issued(1, kNow + 5), issued(2, kNow + 9), endless, cached, cached});
  REQUIRE(rows.size() == 3);
  CHECK((rows[0].sha256 == digest(3) && rows[1].sha256 == digest(2) && rows[2].sha256 == digest(1)));
  CHECK(rows[2].times_given == 3);
  REQUIRE(rows[2].holders.size() == 2);
  CHECK((rows[2].holders[0]->user == "ci" && rows[2].holders[1]->user == "bob"));
}

TEST_CASE("a JWT without an end lives for ever, or as long as one says") {
  auto endless = issued(1, 0);
  endless.expires_at.reset();
  endless.issued_at = kNow - 70;
  const LiveQuery query{.max_age = std::chrono::seconds(70)};
  CHECK(live({endless}).size() == 1);
  CHECK(live({endless}, query).empty());
  endless.issued_at = kNow - 69;
  CHECK(live({endless}, query).size() == 1);
  endless.issued_at.reset();  // then its line tells, which is ten seconds old
  CHECK(live({endless}, query).size() == 1);
  CHECK(live({endless}, {.max_age = std::chrono::seconds(10)}).empty());
  CHECK(live({issued(1, kNow + 1)}, {.max_age = std::chrono::seconds(1)}).size() == 1);
}

TEST_CASE("a JWT that nobody took lives without a holder") {
  auto ahead = issued(1, kNow + 5);
  ahead.outcome = "refreshed";
  const auto rows = live({ahead});
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].holders.empty());
  CHECK(rows[0].times_given == 0);
}

TEST_CASE("other keys, and lines without a JWT, are left out") {
  auto other = issued(1, kNow + 5);
  other.key = "other";
  auto refused = issued(2, kNow + 5);
  refused.jwt_sha256.reset();
  CHECK(live({other, refused}).empty());
  CHECK(live({issued(1, kNow + 5)}, {.spki_sha256 = digest(201)}).empty());
  CHECK(live({issued(1, kNow + 5)}, {.spki_sha256 = digest(200)}).size() == 1);
  CHECK(live({issued(1, kNow + 5)}, {.kid = "K2"}).empty());
  CHECK(live({issued(1, kNow + 5)}, {.kid = "K1"}).size() == 1);
}
