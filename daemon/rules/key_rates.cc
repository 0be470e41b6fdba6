#include "daemon/rules/key_rates.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

namespace signet::rules {
namespace {

Unexpected<Error> over(const KeyPolicy& key, uid_t uid, std::string_view option, const RateRefusal& refusal) {
  const auto rule = fmt::format("{} {}", option, to_string(refusal.limit));
  Error error = make_error(ErrorCode::rate_limited, fmt::format("key {} is over {} for uid {}", key.name, rule, uid));
  error.retry_after = refusal.wait;
  error.rule = rule;
  return Unexpected(std::move(error));
}

/// After so long nothing of a caller's counts any more.
RateTime longest_window(const KeyPolicy& key) {
  RateTime longest{};
  for (const auto* limits : {&key.rate, &key.rate_cached})
    for (const RateLimit& limit : *limits) longest = std::max<RateTime>(longest, limit.window);
  return longest;
}

}  // namespace

Result<void> KeyRates::count(const KeyPolicy& key, uid_t uid, Answer answer, RateTime now) {
  return counts_apart(key, answer) ? count_cached(key, uid, now) : count_asked(key, uid, now);
}

void KeyRates::give_back(const KeyPolicy& key, uid_t uid, Answer answer, RateTime counted_at) {
  if (counts_apart(key, answer)) return uncount_request(caller(key, uid, counted_at).cached, counted_at);
  if (!key.rate.empty()) uncount_request(caller(key, uid, counted_at).asked, counted_at);
  uncount_request(total_, counted_at);
}

bool KeyRates::counts_apart(const KeyPolicy& key, Answer answer) {
  return answer == Answer::cached && !key.rate_cached.empty();
}

Result<void> KeyRates::count_cached(const KeyPolicy& key, uid_t uid, RateTime now) {
  RateState& state = caller(key, uid, now).cached;
  if (const auto refusal = find_refusal(key.rate_cached, state, now)) return over(key, uid, "rate-cached", *refusal);
  count_request(key.rate_cached, state, now);
  return {};
}

Result<void> KeyRates::count_asked(const KeyPolicy& key, uid_t uid, RateTime now) {
  RateState unlimited;  // a caller is remembered only for a limit of its own
  RateState& state = key.rate.empty() ? unlimited : caller(key, uid, now).asked;
  const auto own = find_refusal(key.rate, state, now);
  const auto total = find_refusal(key.rate_total, total_, now);
  if (own && (!total || own->wait >= total->wait)) return over(key, uid, "rate", *own);
  if (total) return over(key, uid, "rate-total", *total);
  count_request(key.rate, state, now);
  count_request(key.rate_total, total_, now);
  return {};
}

KeyRates::Caller& KeyRates::caller(const KeyPolicy& key, uid_t uid, RateTime now) {
  auto found = callers_.find(uid);
  if (found == callers_.end() && callers_.size() >= kMaxCallers)
    std::erase_if(callers_, [&](const auto& known) { return known.second.latest + longest_window(key) <= now; });
  if (found == callers_.end() && callers_.size() >= kMaxCallers) return further_;
  Caller& caller = found != callers_.end() ? found->second : callers_[uid];
  caller.latest = std::max(caller.latest, now);
  return caller;
}

}  // namespace signet::rules
