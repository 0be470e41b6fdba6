#include "daemon/rules/refusal_cap.h"
#include "tests/support/catch.h"

using namespace signet;
using namespace signet::rules;
using namespace std::chrono_literals;

namespace {

constexpr UtcTime kTime{std::chrono::milliseconds(1'709'208'001'007)};  // 2024-02-29 12:00:01.007

RefusalCap three_a_second() { return {3, 1s}; }

void refuse(RefusalCap& cap, uid_t uid, int times, UtcTime now) {
  for (int i = 0; i < times; ++i) cap.note(uid, now);
}

}  // namespace

TEST_CASE("After so many refusals of a uid in a window the rest are counted") {
  auto cap = three_a_second();
  for (int i = 0; i < 3; ++i) CHECK(cap.note(5, kTime));
  for (int i = 0; i < 1000; ++i) CHECK_FALSE(cap.note(5, kTime + 600ms));
  CHECK(cap.note(6, kTime));
  CHECK(cap.take_ended(kTime + 999ms).empty());

  const auto ended = cap.take_ended(kTime + 1s);
  REQUIRE(ended.size() == 1);
  CHECK(ended.front().uid == uid_t{5});
  CHECK(audit_members(ended.front(), kTime + 1s) ==
        R"("time":"2024-02-29T12:00:02.007Z","uid":5,"outcome":"refusals_suppressed","count":1000,)"
        R"("from":"2024-02-29T12:00:01.007Z","to":"2024-02-29T12:00:01.607Z")");
  CHECK(cap.take_ended(kTime + 1s).empty());
  CHECK(cap.note(5, kTime + 1s));
}

TEST_CASE("A window that suppressed nothing leaves no line") {
  auto cap = three_a_second();
  refuse(cap, 5, 3, kTime);
  CHECK(cap.take_ended(kTime + 1s).empty());
  CHECK(cap.take_all().empty());
}

TEST_CASE("A clock that steps back ends a window") {
  auto cap = three_a_second();
  refuse(cap, 5, 4, kTime);
  CHECK(cap.take_ended(kTime - 1s).size() == 1);
  CHECK(cap.note(5, kTime - 1s));
}

TEST_CASE("At the end nothing suppressed is forgotten") {
  auto cap = three_a_second();
  refuse(cap, 5, 4, kTime);
  const auto all = cap.take_all();
  REQUIRE(all.size() == 1);
  CHECK(all.front().count == 1);
  CHECK(cap.take_all().empty());
}

TEST_CASE("A caller with many uids is counted together, and those who were known before keep their own count") {
  auto cap = three_a_second();
  for (uid_t uid = 0; uid < RefusalCap::kMaxUids; ++uid) CHECK(cap.note(uid, kTime));
  for (uid_t uid = 100'000; uid < 165'536; ++uid) CHECK_FALSE(cap.note(uid, kTime));
  CHECK(cap.note(7, kTime));
  const auto ended = cap.take_ended(kTime + 1s);
  REQUIRE(ended.size() == 1);
  CHECK_FALSE(ended.front().uid);
  CHECK(ended.front().count == 65'536);
  CHECK(audit_members(ended.front(), kTime).find("uid") == std::string::npos);
  CHECK(cap.note(100'000, kTime + 1s));
}
