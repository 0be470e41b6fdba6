#include "daemon/rules/key_rules.h"

#include <algorithm>

namespace signet::rules {

bool only_recorded(const RuleMode& mode, std::string_view rule) {
  return mode.audit && (mode.only.empty() || std::ranges::find(mode.only, rule) != mode.only.end());
}

std::vector<std::string> names_of(const KeyRules& rules) {
  std::vector<std::string> names;
  if (rules.caller_claims) names.emplace_back("caller-claims");
  for (const auto& [claim, globs] : rules.claim_allow) names.push_back("claim-allow " + claim);
  if (!rules.scope_allow.empty()) names.emplace_back("scope-allow");
  if (rules.require_scope) names.emplace_back("require-scope");
  if (rules.max_lifetime) names.emplace_back("max-lifetime");
  return names;
}

bool lets_through(const KeyRules& rules, std::string_view claim) {
  if (rules.forced.contains(claim)) return false;
  return !rules.caller_claims || std::ranges::find(*rules.caller_claims, claim) != rules.caller_claims->end();
}

}  // namespace signet::rules
