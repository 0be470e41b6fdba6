#include "cli/signet/renewal.h"

#include <algorithm>

namespace signet::cli {
namespace {

using std::chrono::seconds;

constexpr seconds kSoonest{1};
constexpr seconds kLongestPause{60};

WallTime wall_time(std::int64_t unix_seconds) { return WallTime(seconds(unix_seconds)); }

WallTime end_of_use(const TokenAnswer& held, WallTime now) {
  const auto reusable_until = wall_time(held.reusable_until);
  if (reusable_until >= now || !held.expires_at) return reusable_until + seconds(1);
  return now + (wall_time(*held.expires_at) - now) / 2;
}

}  // namespace

WallTime next_renewal(const TokenAnswer& held, WallTime now) { return std::max(end_of_use(held, now), now + kSoonest); }

bool has_expired(const TokenAnswer& held, WallTime now) {
  return held.expires_at && wall_time(*held.expires_at) <= now;
}

std::chrono::milliseconds renewal_timeout(const TokenAnswer& held, WallTime now, std::chrono::milliseconds timeout) {
  if (!held.expires_at) return timeout;
  const std::chrono::milliseconds left = std::max(wall_time(*held.expires_at) - now, kSoonest);
  return std::min(left, timeout);
}

seconds retry_pause(int failures, const std::optional<seconds>& retry_after) {
  constexpr int kDoublings = 6;
  if (retry_after) return std::max(*retry_after, kSoonest);
  return std::min(kSoonest * (1 << std::clamp(failures - 1, 0, kDoublings)), kLongestPause);
}

}  // namespace signet::cli
