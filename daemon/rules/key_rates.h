#pragma once

#include <cstddef>
#include <map>
#include <sys/types.h>

#include "daemon/rules/key_config.h"
#include "proto/rate.h"
#include "proto/result.h"

namespace signet::rules {

/// What one key's limits have counted: `rate` and `rate-cached` for each caller, which is its uid, `rate-total` for all
/// of them. A value; the caller guards it.
class KeyRates {
 public:
  /// Callers with counts of their own at one time. Who comes on top shares one count with all others on top, so that
  /// neither memory nor the limits give way to somebody who may become many users.
  static constexpr std::size_t kMaxCallers = 1000;

  enum class Answer { fresh, cached };

  /// Counts one request, in all limits that hold for it or, where one has no room, in none. A cached answer counts in
  /// `rate-cached` alone, where the key has that, else like any other. Error rate_limited with retry_after; `rule` is
  /// like "rate 10/s".
  Result<void> count(const KeyPolicy& key, uid_t uid, Answer answer, RateTime now);

  /// Takes back what count() counted at `counted_at`, for a request that got nothing and cost the HSM nothing.
  void give_back(const KeyPolicy& key, uid_t uid, Answer answer, RateTime counted_at);

 private:
  struct Caller {
    RateState asked{};
    RateState cached{};
    RateTime latest{};
  };
  static bool counts_apart(const KeyPolicy& key, Answer answer);
  Result<void> count_cached(const KeyPolicy& key, uid_t uid, RateTime now);
  Result<void> count_asked(const KeyPolicy& key, uid_t uid, RateTime now);
  Caller& caller(const KeyPolicy& key, uid_t uid, RateTime now);

  std::map<uid_t, Caller> callers_;
  Caller further_;  ///< those above kMaxCallers
  RateState total_;
};

}  // namespace signet::rules
