#include "daemon/rules/reuse.h"

#include <algorithm>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "proto/bytes.h"

namespace signet::rules {
namespace {

using std::chrono::seconds;

constexpr int kDefaultMinLeftPercent = 50;
/// Of the time for which a JWT is handed out: how long before its end it is refreshed.
constexpr int kRefreshPercent = 20;

/// With its length in front, so that no two lists of fields make the same text.
void append_field(std::string& text, std::string_view field) { text += fmt::format("{}:{}", field.size(), field); }

/// Rounded up: "at least half" of 3 s is 2 s.
seconds min_left(const ReuseRule& rule, seconds lifetime) {
  const std::int64_t percent = rule.min_left_percent.value_or(kDefaultMinLeftPercent);
  return seconds((lifetime.count() * percent + 99) / 100);
}

/// The greatest age at which a JWT with an expiry is handed out: never at its last second.
seconds max_age_before_expiry(const ReuseRule& rule, seconds lifetime) {
  const seconds by_share = lifetime - std::max(min_left(rule, lifetime), seconds(1));
  return std::max(by_share, std::min(rule.min_age, lifetime - seconds(1)));
}

seconds max_age(const ReuseRule& rule, const std::optional<seconds>& lifetime) {
  if (!rule.allowed) return seconds(-1);
  if (!lifetime) return rule.max_age.value_or(seconds(-1));
  return std::min(max_age_before_expiry(rule, *lifetime), rule.max_age.value_or(seconds::max()));
}

}  // namespace

Sha256Digest cache_key(const JwtPlan& plan, const Sha256Digest& spki_sha256) {
  std::string text;
  append_field(text, plan.profile->reuse.shared ? "" : plan.key);
  append_field(text, plan.header_json);
  append_field(text, plan.claims_json);
  append_field(text, plan.lifetime ? std::to_string(plan.lifetime->count()) : "");
  append_field(text, text_of(spki_sha256));
  append_field(text, text_of(plan.profile->digest));
  return sha256(bytes_of(text));
}

std::int64_t reusable_until(const JwtPlan& plan, WallTime made_at) {
  return (made_at + max_age(plan.profile->reuse, plan.lifetime)).time_since_epoch().count();
}

std::int64_t young_until(const JwtPlan& plan, WallTime made_at) {
  return (made_at + plan.profile->reuse.min_age).time_since_epoch().count();
}

bool may_reuse(const JwtPlan& plan, WallTime made_at, std::int64_t reusable_until, WallTime now) {
  if (now < made_at || now.time_since_epoch().count() > reusable_until) return false;
  return !plan.fresh || now - made_at < plan.profile->reuse.min_age;
}

bool wants_refresh(const JwtPlan& plan, WallTime made_at, std::int64_t reusable_until, WallTime now) {
  const seconds in_use(reusable_until - made_at.time_since_epoch().count());
  const seconds ahead = in_use * kRefreshPercent / 100;
  return ahead.count() > 0 && now - made_at >= std::max(in_use - ahead, plan.profile->reuse.min_age);
}

}  // namespace signet::rules
