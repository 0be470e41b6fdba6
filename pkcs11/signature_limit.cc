#include "pkcs11/signature_limit.h"

namespace signet::pkcs11 {

Served<void> SignatureLimit::admit() {
  if (limits_.empty()) return {};
  const auto now = std::chrono::duration_cast<RateTime>(std::chrono::steady_clock::now().time_since_epoch());
  const std::scoped_lock lock(mutex_);
  const auto wait = step_rate(limits_, state_, now);
  if (!wait) return {};
  return Unexpected(Refusal{RefusalReason::rate_exceeded,
                            "the token's service has signed as much as its max-rate allows; ask again later",
                            {},
                            *wait});
}

}  // namespace signet::pkcs11
