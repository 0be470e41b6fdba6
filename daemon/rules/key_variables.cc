#include "daemon/rules/key_variables.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "daemon/rules/claim_value.h"
#include "daemon/rules/profile_template.h"
#include "daemon/rules/request_rules.h"
#include "daemon/rules/scope.h"

namespace signet::rules {
namespace {

ConfigSchema::Take take_variable(KeyDraft& draft, const std::string& name, const Variable& variable) {
  return [&draft, &name, &variable](std::string_view text) -> Result<void> {
    SIGNET_TRY(check_text(variable.rule, text));
    draft.key.variables.emplace(name, changed(variable, text));
    return {};
  };
}

std::string conditions(const Variable& variable) {
  std::vector<std::string> words;
  for (const auto& [name, value] : variable.when) words.push_back(fmt::format("{} = {}", name, value));
  return fmt::format("{}", fmt::join(words, " and "));
}

void settle_variable(KeyDraft& draft, const std::string& name, const Variable& variable) {
  const bool given = draft.find(name) != nullptr;
  if (!applies(variable.when, draft.key.variables)) {
    if (given)
      draft.complain(name, fmt::format("belongs to another kind of key: it stands only beside {}; remove it",
                                       conditions(variable)));
  } else if (!given && variable.default_value) {
    draft.key.variables.emplace(name, changed(variable, *variable.default_value));
  } else if (!given && !variable.optional) {
    draft.complain(name, fmt::format("is missing; profile {} needs it", draft.key.profile->name));
  }
}

}  // namespace

void add_variable_options(ConfigSchema& schema, KeyDraft& draft) {
  for (const auto& [name, variable] : draft.key.profile->variables)
    schema.optional(name, take_variable(draft, name, variable));
}

/// First the variables on which others depend.
void settle_variables(KeyDraft& draft) {
  const auto& declared = draft.key.profile->variables;
  for (const auto& [name, variable] : declared)
    if (variable.when.empty()) settle_variable(draft, name, variable);
  for (const auto& [name, variable] : declared)
    if (!variable.when.empty()) settle_variable(draft, name, variable);
}

void settle_default_claims(KeyDraft& draft) {
  KeyPolicy& key = draft.key;
  for (const auto& claim : key.profile->caller_claims) {
    if (!claim.default_value) continue;
    const auto value = check_default(claim, key.variables);
    if (!value)
      draft.complain("", fmt::format("gives variables that make no default for a claim of profile {}: {}",
                                     key.profile->name, value.error().message));
    else if (*value)
      key.default_claims.emplace(claim.name, **value);
  }
}

namespace {

/// Most defaults come from a variable of the key file, which would then say two things at once.
void check_claim_defaults(KeyDraft& draft) {
  for (const auto& [name, globs] : draft.key.rules.claim_allow) {
    const auto option = fmt::format("claim-allow {}", name);
    if (!only_recorded(draft.key.rules.mode, option) && !lets_default_through(draft.key, name))
      draft.complain(option, fmt::format("does not match the value that {} has where a request does not give it; add "
                                         "a line that does, or set the claim with claim {} = VALUE",
                                         name, name));
  }
}

void check_scope_default(KeyDraft& draft) {
  const KeyPolicy& key = draft.key;
  const auto& rule = key.profile->scope;
  const auto& globs = key.rules.scope_allow;
  if (!rule || !rule->default_value || globs.empty() || key.rules.forced.contains("scope")) return;
  const auto shaped = shape_scope(*rule, *rule->default_value);
  if (!shaped || only_recorded(key.rules.mode, "scope-allow")) return;
  const auto matches = [&](std::string_view entry) { return any_matches(globs, entry); };
  if (!std::ranges::all_of(scope_entries(*rule, *shaped), matches))
    draft.complain("scope-allow", fmt::format("does not match the scope that profile {} gives where a request names "
                                              "none; add a line that does, or set it with claim scope = VALUE",
                                              key.profile->name));
}

}  // namespace

void check_defaults_by_rules(KeyDraft& draft) {
  check_claim_defaults(draft);
  check_scope_default(draft);
}

}  // namespace signet::rules
