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

TEST_CASE("Rates are counts for a second, a minute, an hour or a day") {
  CHECK(parse_rate("10/s").value() == std::vector<RateLimit>{{10, 1s}});
  CHECK(parse_rate("10/s, 2000/day").value() == std::vector<RateLimit>{{10, 1s}, {2000, 24h}});
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
  CHECK(*wait >= 60s);
  CHECK(*wait <= 62s);
  CHECK(step_rate(limits, state, start + 59s));
  CHECK_FALSE(step_rate(limits, state, start + *wait));
}

TEST_CASE("The first moment of the clock is as good as any other") {
  const std::vector<RateLimit> limits{{1, 1s}};
  RateState state;
  CHECK_FALSE(step_rate(limits, state, RateTime(0)));
  CHECK(step_rate(limits, state, RateTime(999'999)));
  CHECK_FALSE(step_rate(limits, state, 2s));
}

TEST_CASE("A refused request counts against no limit") {
  const std::vector<RateLimit> limits{{1, 1s}, {2, 60s}};
  RateState state;
  CHECK_FALSE(step_rate(limits, state, 100s));
  for (int i = 0; i < 50; ++i) CHECK(step_rate(limits, state, 100s));
  CHECK_FALSE(step_rate(limits, state, 102s));
  CHECK(step_rate(limits, state, 104s));
}

TEST_CASE("A changed limit starts anew and does not lock the key") {
  RateState state;
  CHECK_FALSE(step_rate({{1, 1s}}, state, 1'000'000s));
  CHECK_FALSE(step_rate({{1, 24h}}, state, 1'000'000s));
  CHECK(step_rate({{1, 24h}}, state, 1'000'000s));
  CHECK_FALSE(step_rate({{2, 24h}}, state, 1'000'000s));
}

TEST_CASE("In no span of the window's length are there more than the limit, and the limit is used") {
  std::mt19937_64 random(20240229);
  for (const RateLimit limit : {RateLimit{10, 1s}, RateLimit{7, 60s}, RateLimit{100, 3600s}}) {
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
