#include "daemon/rules/may_ask.h"

#include <algorithm>

namespace signet::rules {
namespace {

std::string_view name_of(ClaimType type) {
  switch (type) {
    case ClaimType::text:
      return "text";
    case ClaimType::texts:
      return "texts";
    case ClaimType::integer:
      return "integer";
    case ClaimType::boolean:
      return "boolean";
    case ClaimType::object:
      break;
  }
  return "object";
}

std::vector<std::string> texts_of(const std::vector<Glob>& globs) {
  std::vector<std::string> texts;
  for (const auto& glob : globs) texts.push_back(glob.text());
  return texts;
}

AskableClaim askable(const CallerClaim& claim, const KeyRules& rules) {
  AskableClaim answer{.name = claim.name,
                      .type = std::string(name_of(claim.type)),
                      .required = claim.required,
                      .one_of = claim.rule.one_of};
  if (const auto globs = rules.claim_allow.find(claim.name); globs != rules.claim_allow.end())
    answer.allow = texts_of(globs->second);
  if (claim.type == ClaimType::integer) {
    answer.min = claim.min;
    answer.max = claim.max;
  }
  return answer;
}

std::vector<std::string> audited(const KeyRules& rules) {
  auto names = names_of(rules);
  std::erase_if(names, [&](const std::string& rule) { return !only_recorded(rules.mode, rule); });
  return names;
}

void put_lifetimes(const KeyPolicy& key, MayAsk& answer) {
  const auto longest = longest_lifetime(key);
  if (!longest) return;
  answer.default_lifetime = key.default_lifetime->count();
  answer.max_lifetime = longest->count();
}

}  // namespace

bool demands_scope(const KeyPolicy& key) {
  return role_demands_scope(key) || key.rules.require_scope ||
         (!key.rules.scope_allow.empty() && !key.unscoped_allowed);
}

MayAsk may_ask(const KeyPolicy& key) {
  const bool scope_forced = key.rules.forced.contains("scope");
  MayAsk answer;
  for (const auto& claim : key.profile->caller_claims)
    if (lets_through(key.rules, claim.name)) answer.claims.push_back(askable(claim, key.rules));
  answer.exactly_one_of = key.profile->exactly_one_of;
  for (const auto& member : key.rules.forced) answer.forced.emplace_back(member.key());
  answer.scope = key.profile->scope && !scope_forced;
  answer.scope_required = answer.scope && demands_scope(key);
  if (answer.scope) answer.scope_allow = texts_of(key.rules.scope_allow);
  put_lifetimes(key, answer);
  answer.audited = audited(key.rules);
  if (key.rules.mode.audit) answer.mode = "audit";
  return answer;
}

}  // namespace signet::rules
