#include "daemon/rules/may_ask.h"

#include <algorithm>

#include "daemon/rules/request_rules.h"

namespace signet::rules {
namespace {

constexpr std::string_view kScope = "scope";

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

/// Of the claims of which each request gives one: the one that none can do without, or that the key file sets.
std::optional<std::string_view> settled(const KeyPolicy& key) {
  const auto& names = key.profile->exactly_one_of;
  const auto found = std::ranges::find_if(names, [&](const std::string& name) {
    return key.rules.forced.contains(name) || (name == kScope && demands_scope(key));
  });
  return found == names.end() ? std::nullopt : std::optional<std::string_view>(*found);
}

}  // namespace

bool demands_scope(const KeyPolicy& key) {
  if (!key.profile->scope || key.rules.forced.contains(kScope)) return false;
  if (role_demands_scope(key)) return true;
  const auto rule = unscoped_rule(key);
  return !key.profile->scope->default_value && !rule.empty() && !only_recorded(key.rules.mode, rule);
}

bool can_be_given(const KeyPolicy& key, std::string_view claim) {
  if (claim == kScope ? !key.profile->scope || key.rules.forced.contains(kScope) : !lets_through(key.rules, claim))
    return false;
  const auto one = settled(key);
  return !one || *one == claim ||
         std::ranges::find(key.profile->exactly_one_of, claim) == key.profile->exactly_one_of.end();
}

MayAsk may_ask(const KeyPolicy& key) {
  MayAsk answer;
  for (const auto& claim : key.profile->caller_claims)
    if (can_be_given(key, claim.name)) answer.claims.push_back(askable(claim, key.rules));
  if (!settled(key)) answer.exactly_one_of = key.profile->exactly_one_of;
  for (const auto& member : key.rules.forced) answer.forced.emplace_back(member.key());
  answer.scope = can_be_given(key, kScope);
  answer.scope_required = demands_scope(key);
  if (answer.scope) answer.scope_allow = texts_of(key.rules.scope_allow);
  put_lifetimes(key, answer);
  answer.audited = audited(key.rules);
  if (key.rules.mode.audit) answer.mode = "audit";
  return answer;
}

}  // namespace signet::rules
