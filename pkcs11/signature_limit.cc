#include "pkcs11/signature_limit.h"

#include <algorithm>

#include "host/log.h"

namespace signet::pkcs11 {
namespace {

/// Longer ago than any limit looks back, so that what was signed before the machine started has a time too.
constexpr std::chrono::hours kOrigin{48};

constexpr std::chrono::minutes kTellEvery{1};

RateTime rate_now() {
  return std::chrono::duration_cast<RateTime>(std::chrono::steady_clock::now().time_since_epoch() + kOrigin);
}

}  // namespace

void SignatureLimit::count_earlier(const std::vector<UtcTime>& times, UtcTime now) {
  const RateTime here = rate_now();
  const std::scoped_lock lock(mutex_);
  for (const UtcTime time : times) {
    const auto ago = std::max<RateTime>(now - time, RateTime::zero());
    if (ago <= longest_window()) (void)step_rate(limits_, state_, here - ago);
  }
}

void SignatureLimit::tell_of_refusals() {
  const auto now = std::chrono::steady_clock::now();
  if (now < told_ + kTellEvery) return;
  told_ = now;
  host::log(host::LogLevel::warning, "max-rate is used up: signatures are refused; is this signetd's own doing?");
}

std::chrono::seconds SignatureLimit::longest_window() const {
  std::chrono::seconds longest{0};
  for (const RateLimit& limit : limits_) longest = std::max(longest, limit.window);
  return longest;
}

Served<void> SignatureLimit::admit() {
  if (limits_.empty()) return {};
  const std::scoped_lock lock(mutex_);
  const auto wait = step_rate(limits_, state_, rate_now());
  if (!wait) return {};
  tell_of_refusals();
  return Unexpected(Refusal{RefusalReason::rate_exceeded,
                            "the token's service has signed as much as its max-rate allows; ask again later",
                            {},
                            *wait});
}

}  // namespace signet::pkcs11
