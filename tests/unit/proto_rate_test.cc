#include <deque>
#include <random>

#include "proto/rate.h"
#include "proto/timestamp.h"
#include "tests/support/catch.h"

using namespace signet;
using namespace std::chrono_literals;

TEST_CASE("Timestamps are read back in the form they are written in, and in no other") {
  const UtcTime time{1'700'000'000'123ms};
  CHECK(utc_timestamp(time) == "2023-11-14T22:13:20.123Z");
  CHECK(parse_utc_timestamp("2023-11-14T22:13:20.123Z") == time);
  for (const char* text : {"", "2023-11-14T22:13:20Z", "2023-11-14 22:13:20.123Z", "2023-13-14T22:13:20.123Z",
                           "2023-02-30T22:13:20.123Z", "2023-11-14T24:13:20.123Z", "2023-11-14T22:60:20.123Z",
                           "2023-11-14T22:13:60.123Z", "2023-11-14T22:13:20.123Zx", "+023-11-14T22:13:20.123Z"})
    CHECK_FALSE(parse_utc_timestamp(text).has_value());
}

TEST_CASE("A person's time has whole seconds") {
  CHECK(parse_utc_seconds("2023-11-14T22:13:20Z") == std::chrono::sys_seconds(1'700'000'000s));
  for (const char* text :
       {"", "Z", "1700000000", "2023-11-14T22:13:20.123Z", "2023-11-14T22:13:20", "2023-11-14T22:13:20z",
        "2023-02-30T22:13:20Z", "2023-11-14T22:13:60Z", "2023-11-14T22:13:20+"})
    CHECK_FALSE(parse_utc_seconds(text).has_value());
}

TEST_CASE("Rates are counts for a second, a minute, an hour or a day") {
  CHECK(parse_rate("10/s").value() == std::vector<RateLimit>{{10, 1s}});
  CHECK(parse_rate("10/s, 2000/day").value() == std::vector<RateLimit>{{10, 1s}, {2000, 24h}});
  const auto every_unit = parse_rate("10/s, 2000/day, 7/min, 8/h");
  for (const RateLimit& limit : every_unit.value()) CHECK(parse_rate(to_string(limit)).value() == std::vector{limit});
  CHECK(parse_rate(" 1 / min ,5/h").value() == std::vector<RateLimit>{{1, 1min}, {5, 1h}});
  for (const char* bad : {"", "10", "/s", "10/", "10/week", "0/s", "-1/s", "1.5/s", "10/s,", ",", "10/s 5/h",
                          "1000001/s", "1/s,1/s,1/s,1/s,1/s,1/s,1/s,1/s,1/s"}) {
    INFO(bad);
    CHECK_FALSE(parse_rate(bad));
  }
}

TEST_CASE("A key without limits is never refused") {
  RateState state;
  for (int i = 0; i < 1000; ++i) CHECK_FALSE(step_rate({}, state, RateTime(1)));
}

TEST_CASE("The request after the last one allowed waits as long as it is told") {
  const std::vector<RateLimit> limits{{3, 60s}};
  RateState state;
  const RateTime start = 1'000'000s;
  for (int i = 0; i < 3; ++i) CHECK_FALSE(step_rate(limits, state, start));
  const auto wait = step_rate(limits, state, start);
  REQUIRE(wait);
  CHECK(*wait == 60s);
  CHECK(step_rate(limits, state, start + 59s + 999'999us) == 1s);
  CHECK_FALSE(step_rate(limits, state, start + *wait));
}

TEST_CASE("The first moment of the clock is as good as any other") {
  const std::vector<RateLimit> limits{{1, 1s}};
  RateState state;
  CHECK_FALSE(step_rate(limits, state, RateTime(0)));
  CHECK(step_rate(limits, state, RateTime(999'999)));
  CHECK_FALSE(step_rate(limits, state, 1s));
}

TEST_CASE("Each request leaves in its own time, and the wait is that of the next one to leave") {
  const std::vector<RateLimit> limits{{2, 60s}};
  RateState state;
  CHECK_FALSE(step_rate(limits, state, 100s));
  CHECK_FALSE(step_rate(limits, state, 130s));
  CHECK(step_rate(limits, state, 131s) == 29s);
  CHECK(step_rate(limits, state, 131s + 1us) == 29s);
  CHECK(step_rate(limits, state, 130s + 999'999us) == 30s);
  CHECK_FALSE(step_rate(limits, state, 160s));
  CHECK(step_rate(limits, state, 160s) == 30s);
}

TEST_CASE("The limit named is the one with the longest wait") {
  const std::vector<RateLimit> limits{{1, 1s}, {2, 24h}, {1, 60s}};
  RateState state;
  CHECK_FALSE(find_refusal(limits, state, 100s));
  count_request(limits, state, 100s);
  auto refusal = find_refusal(limits, state, 100s);
  REQUIRE(refusal);
  CHECK(to_string(refusal->limit) == "1/min");
  CHECK(refusal->wait == 60s);
  CHECK_FALSE(step_rate(limits, state, 160s));
  refusal = find_refusal(limits, state, 230s);
  REQUIRE(refusal);
  CHECK(to_string(refusal->limit) == "2/day");
  CHECK(refusal->wait == 24h - 130s);
}

TEST_CASE("A clock that steps back neither forgets nor locks") {
  const std::vector<RateLimit> limits{{2, 60s}};
  RateState state;
  CHECK_FALSE(step_rate(limits, state, 1000s));
  CHECK_FALSE(step_rate(limits, state, 990s));
  CHECK(step_rate(limits, state, 990s) == 70s);
  CHECK_FALSE(step_rate(limits, state, 1060s));
}

TEST_CASE("However many requests a limit takes, what it remembers is bounded") {
  const std::vector<RateLimit> limits{{1'000'000, 24h}, {60, 24h}};
  RateState state;
  for (int i = 0; i < 50'000; ++i) (void)step_rate(limits, state, RateTime(3s) * i);
  CHECK(state[0].counts.size() <= 62);
  CHECK(state[1].counts.size() <= 60);
}

TEST_CASE("A refused request counts against no limit") {
  const std::vector<RateLimit> limits{{1, 1s}, {2, 60s}};
  RateState state;
  CHECK_FALSE(step_rate(limits, state, 100s));
  for (int i = 0; i < 50; ++i) CHECK(step_rate(limits, state, 100s));
  CHECK_FALSE(step_rate(limits, state, 102s));
  CHECK(step_rate(limits, state, 104s));
}

TEST_CASE("Changed limits keep what was counted in a window of the same length") {
  RateState state;
  CHECK_FALSE(step_rate({{1, 1s}}, state, 1'000'000s));
  CHECK_FALSE(step_rate({{1, 24h}}, state, 1'000'000s));
  CHECK(step_rate({{1, 24h}}, state, 1'000'000s));
  CHECK_FALSE(step_rate({{5, 1s}, {2, 24h}}, state, 1'000'000s));
  CHECK(step_rate({{5, 1s}, {2, 24h}}, state, 1'000'000s) == 24h);
  CHECK(step_rate({{2, 24h}, {5, 1s}}, state, 1'000'000s) == 24h);
  CHECK_FALSE(step_rate({{5, 1s}}, state, 1'000'000s));
}

TEST_CASE("In no span of the window's length are there more than the limit, and the limit is used") {
  std::mt19937_64 random(20240229);
  for (const RateLimit limit : {RateLimit{10, 1s}, RateLimit{7, 60s}, RateLimit{60, 60s}, RateLimit{100, 3600s}}) {
    RateState state;
    std::deque<RateTime> allowed;
    const RateTime window = limit.window;
    std::uniform_int_distribution<std::int64_t> gap(0, window.count() / limit.count);
    RateTime now = 5s;
    std::size_t total = 0;
    for (int i = 0; i < 20'000; ++i, now += RateTime(gap(random))) {
      while (!allowed.empty() && now - allowed.front() >= window) allowed.pop_front();
      if (step_rate({limit}, state, now)) continue;
      allowed.push_back(now);
      ++total;
      REQUIRE(allowed.size() <= limit.count);
    }
    const auto possible = static_cast<double>((now - 5s).count()) / static_cast<double>(window.count()) * limit.count;
    CHECK(static_cast<double>(total) > 0.9 * possible);
  }
}
