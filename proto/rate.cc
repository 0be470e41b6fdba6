#include "proto/rate.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "proto/config_values.h"
#include "proto/trimmed.h"

namespace signet {
namespace {

constexpr std::uint32_t kCountsPerWindow = 60;
constexpr std::size_t kMaxLimits = 8;
constexpr std::int64_t kMaxCount = 1'000'000;

Unexpected<Error> not_a_rate() {
  return Unexpected(Error{ErrorCode::bad_input,
                          "is not a rate; write COUNT/UNIT with the unit s, min, h or day, several with commas: "
                          "10/s, 2000/day"});
}

struct Unit {
  std::string_view name;
  std::chrono::seconds window;
};
constexpr std::array kUnits{Unit{"s", std::chrono::seconds(1)}, Unit{"min", std::chrono::minutes(1)},
                            Unit{"h", std::chrono::hours(1)}, Unit{"day", std::chrono::hours(24)}};

Result<RateLimit> parse_limit(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == text.npos) return not_a_rate();
  const auto unit = std::ranges::find(kUnits, trimmed(text.substr(slash + 1)), &Unit::name);
  if (unit == kUnits.end()) return not_a_rate();
  SIGNET_TRY_ASSIGN(const std::int64_t count, parse_integer(trimmed(text.substr(0, slash)), 1, kMaxCount));
  return RateLimit{static_cast<std::uint32_t>(count), unit->window};
}

/// A time before the newest count is taken for that one's.
RateTime not_before_newest(const RateWindow& window, RateTime now) {
  return window.counts.empty() ? now : std::max(now, window.counts.back().last);
}

void forget_before(RateWindow& window, RateTime now) {
  std::erase_if(window.counts, [&](const RateCount& count) { return count.last + window.length <= now; });
}

/// How long until enough old requests have left for one more; zero where there is room now.
RateTime wait_for(const RateLimit& limit, const RateWindow& window, RateTime now) {
  std::uint64_t counted = 0;
  for (const RateCount& count : window.counts) counted += count.requests;
  RateTime wait{};
  for (auto count = window.counts.begin(); counted >= limit.count; ++count) {
    counted -= count->requests;
    wait = count->last + window.length - now;
  }
  return wait;
}

void count_in(const RateLimit& limit, RateWindow& window, RateTime now) {
  const RateTime apart = limit.count > kCountsPerWindow ? RateTime(limit.window) / kCountsPerWindow : RateTime::zero();
  if (!window.counts.empty() && now - window.counts.back().first < apart) {
    window.counts.back().last = now;
    ++window.counts.back().requests;
  } else {
    window.counts.push_back({.first = now, .last = now, .requests = 1});
  }
}

/// One window per limit, in their order; those of the same length keep what they counted.
void follow(const std::vector<RateLimit>& limits, RateState& state) {
  if (std::ranges::equal(limits, state, {}, &RateLimit::window, &RateWindow::length)) return;
  RateState followed;
  for (const RateLimit& limit : limits) {
    const auto known = std::ranges::find(state, limit.window, &RateWindow::length);
    followed.push_back(known != state.end() ? *known : RateWindow{.length = limit.window});
  }
  state = std::move(followed);
}

}  // namespace

Result<std::vector<RateLimit>> parse_rate(std::string_view text) {
  std::vector<RateLimit> limits;
  for (std::size_t begin = 0; begin <= text.size();) {
    const auto comma = std::min(text.find(',', begin), text.size());
    SIGNET_TRY_ASSIGN(const RateLimit limit, parse_limit(trimmed(text.substr(begin, comma - begin))));
    limits.push_back(limit);
    begin = comma + 1;
  }
  if (limits.size() > kMaxLimits)
    return Unexpected(
        Error{ErrorCode::bad_input, fmt::format("holds more than {} limits; keep the tightest", kMaxLimits)});
  return limits;
}

std::string to_string(const RateLimit& limit) {
  const auto unit = std::ranges::find(kUnits, limit.window, &Unit::window);
  if (unit == kUnits.end()) return fmt::format("{}/{}s", limit.count, limit.window.count());
  return fmt::format("{}/{}", limit.count, unit->name);
}

std::optional<RateRefusal> find_refusal(const std::vector<RateLimit>& limits, RateState& state, RateTime now) {
  follow(limits, state);
  std::optional<RateRefusal> refusal;
  for (std::size_t i = 0; i < limits.size(); ++i) {
    const RateTime then = not_before_newest(state[i], now);
    forget_before(state[i], then);
    const auto wait = std::chrono::ceil<std::chrono::seconds>(wait_for(limits[i], state[i], now));
    if (wait > std::chrono::seconds(0) && (!refusal || wait > refusal->wait)) refusal = RateRefusal{limits[i], wait};
  }
  return refusal;
}

void count_request(const std::vector<RateLimit>& limits, RateState& state, RateTime now) {
  for (std::size_t i = 0; i < limits.size(); ++i) count_in(limits[i], state[i], not_before_newest(state[i], now));
}

void uncount_request(RateState& state, RateTime counted_at) {
  for (RateWindow& window : state) {
    const auto count = std::ranges::find_if(window.counts, [counted_at](const RateCount& each) {
      return each.first <= counted_at && counted_at <= each.last;
    });
    if (count != window.counts.end() && --count->requests == 0) window.counts.erase(count);
  }
}

std::optional<std::chrono::seconds> step_rate(const std::vector<RateLimit>& limits, RateState& state, RateTime now) {
  if (const auto refusal = find_refusal(limits, state, now)) return refusal->wait;
  count_request(limits, state, now);
  return std::nullopt;
}

}  // namespace signet
