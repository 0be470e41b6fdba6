#include <algorithm>

#include <fmt/format.h>

#include "daemon/rules/profile_parts.h"
#include "proto/json_path.h"

namespace signet::rules {
namespace {

std::string lifetime_path(std::string_view name) {
  return json_path_member(json_path_member(kJsonRoot, "lifetime"), name);
}

std::string reuse_path(std::string_view name) { return json_path_member(json_path_member(kJsonRoot, "reuse"), name); }

bool writes(const LifetimeRule& rule, TimeClaim claim) {
  return std::ranges::find(rule.claims, claim) != rule.claims.end();
}

void check_time_claims(const LifetimeRule& rule, ProfileProblems& problems) {
  if (rule.expires() != writes(rule, TimeClaim::exp))
    problems.add(lifetime_path("claims"), rule.expires() ? "leaves out exp; say \"expires\": false as well"
                                                         : "names exp, and expires is false; keep one of the two");
  if (rule.backdate.count() > 0 && !writes(rule, TimeClaim::iat) && !writes(rule, TimeClaim::nbf))
    problems.add(lifetime_path("backdate"), "must be 0 where neither iat nor nbf is written");
}

void check_long_lived(const Profile& profile, ProfileProblems& problems) {
  const auto& rule = profile.lifetime;
  if (rule.long_lived->cap <= rule.cap)
    problems.add(json_path_member(lifetime_path("long-lived"), "cap"), "is not above the cap of ordinary tokens");
  if (!profile.scope || profile.scope->entry != ScopeEntry::get_resource)
    problems.add(lifetime_path("long-lived"), "needs a scope with get-resource entries");
  if (rule.fixed) problems.add(lifetime_path("fixed"), "stands beside long-lived; keep one of the two");
}

}  // namespace

void check_lifetime(const Profile& profile, ProfileProblems& problems) {
  const auto& rule = profile.lifetime;
  check_time_claims(rule, problems);
  if (!rule.expires()) return;
  const auto longest = rule.cap - rule.backdate;
  if (*rule.default_lifetime > longest)
    problems.add(lifetime_path("default"), fmt::format("is above {}, the cap less backdate", longest.count()));
  if (rule.long_lived) check_long_lived(profile, problems);
}

void check_reuse(const Profile& profile, ProfileProblems& problems) {
  const auto& reuse = profile.reuse;
  const bool detailed = reuse.max_age || reuse.min_left_percent || reuse.min_age.count() > 0 || reuse.shared;
  if (!reuse.allowed && detailed)
    problems.add(json_path_member(kJsonRoot, "reuse"), "is not allowed and yet has rules; remove one of the two");
  if (!reuse.allowed) return;
  if (!profile.lifetime.expires() && !reuse.max_age)
    problems.add(reuse_path("max-age"), "is missing, and without an expiry nothing else ends reuse");
  if (!profile.lifetime.expires() && reuse.min_left_percent)
    problems.add(reuse_path("min-left-percent"), "needs a lifetime that ends");
  if (reuse.max_age && *reuse.max_age <= reuse.min_age) problems.add(reuse_path("min-age"), "is not below max-age");
  if (profile.lifetime.expires() && reuse.min_age >= *profile.lifetime.default_lifetime)
    problems.add(reuse_path("min-age"), "is not below the default lifetime");
}

}  // namespace signet::rules
