#include "proto/rate.h"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include "proto/config_values.h"

namespace signet {
namespace {

constexpr std::int64_t kSlotsPerWindow = RateWindow::kSlots - 1;
constexpr std::size_t kMaxLimits = 8;
constexpr std::int64_t kMaxCount = 1'000'000;

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  return begin == text.npos ? std::string_view{} : text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

Unexpected<Error> not_a_rate() {
  return Unexpected(Error{ErrorCode::bad_input,
                          "is not a rate; write COUNT/UNIT with the unit s, min, h or day, several with commas: "
                          "10/s, 2000/day"});
}

std::optional<std::chrono::seconds> window_of(std::string_view unit) {
  using namespace std::chrono_literals;
  if (unit == "s") return 1s;
  if (unit == "min") return 1min;
  if (unit == "h") return 1h;
  if (unit == "day") return 24h;
  return std::nullopt;
}

Result<RateLimit> parse_limit(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == text.npos) return not_a_rate();
  const auto window = window_of(trimmed(text.substr(slash + 1)));
  if (!window) return not_a_rate();
  SIGNET_TRY_ASSIGN(const std::int64_t count, parse_integer(trimmed(text.substr(0, slash)), 1, kMaxCount));
  return RateLimit{static_cast<std::uint32_t>(count), *window};
}

/// Rounded up, so that sixty slots are never shorter than the window.
std::int64_t slot_microseconds(const RateLimit& limit) {
  const std::int64_t window = RateTime(limit.window).count();
  return (window + kSlotsPerWindow - 1) / kSlotsPerWindow;
}

std::uint32_t& count_at(RateWindow& window, std::int64_t slot) {
  return window.counts[static_cast<std::size_t>(slot) % RateWindow::kSlots];
}

/// Forgets the slots that have left the window. A time before the newest slot counts as the newest.
void advance(RateWindow& window, std::int64_t slot) {
  if (slot - window.newest >= static_cast<std::int64_t>(RateWindow::kSlots))
    window.counts.fill(0);
  else
    for (std::int64_t s = window.newest + 1; s <= slot; ++s) count_at(window, s) = 0;
  window.newest = std::max(window.newest, slot);
}

/// How long until enough old slots have left for one more request; zero where there is room now.
RateTime wait_for(const RateLimit& limit, RateWindow& window, RateTime now) {
  std::uint64_t counted = std::accumulate(window.counts.begin(), window.counts.end(), std::uint64_t{0});
  if (counted < limit.count) return RateTime::zero();
  for (std::int64_t slot = window.newest - kSlotsPerWindow; slot <= window.newest; ++slot) {
    if (slot < 0) continue;
    counted -= count_at(window, slot);
    const RateTime leaves{(slot + static_cast<std::int64_t>(RateWindow::kSlots)) * slot_microseconds(limit)};
    if (counted < limit.count) return std::max(leaves - now, RateTime{1});
  }
  return limit.window;
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

std::optional<std::chrono::seconds> step_rate(const std::vector<RateLimit>& limits, RateState& state, RateTime now) {
  state.resize(limits.size());
  RateTime wait{};
  for (std::size_t i = 0; i < limits.size(); ++i) {
    if (state[i].length != limits[i].window) state[i] = RateWindow{.length = limits[i].window};
    advance(state[i], now.count() / slot_microseconds(limits[i]));
    wait = std::max(wait, wait_for(limits[i], state[i], now));
  }
  if (wait > RateTime::zero()) return std::chrono::ceil<std::chrono::seconds>(wait);
  for (auto& window : state) ++count_at(window, window.newest);
  return std::nullopt;
}

}  // namespace signet
