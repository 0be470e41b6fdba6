#include "daemon/rules/key_variables.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "daemon/rules/template_text.h"

namespace signet::rules {
namespace {

bool applies(const When& when, const std::map<std::string, std::string>& variables) {
  return std::ranges::all_of(when, [&](const auto& condition) {
    const auto found = variables.find(condition.first);
    return found != variables.end() && found->second == condition.second;
  });
}

ConfigSchema::Take take_variable(KeyDraft& draft, const std::string& name, const TextRule& rule) {
  return [&draft, &name, &rule](std::string_view text) -> Result<void> {
    SIGNET_TRY(check_text(rule, text));
    draft.key.variables.emplace(name, text);
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
    draft.key.variables.emplace(name, *variable.default_value);
  } else if (!given) {
    draft.complain(name, fmt::format("is missing; profile {} needs it", draft.key.profile->name));
  }
}

}  // namespace

void add_variable_options(ConfigSchema& schema, KeyDraft& draft) {
  for (const auto& [name, variable] : draft.key.profile->variables)
    schema.optional(name, take_variable(draft, name, variable.rule));
}

/// First the variables on which others depend.
void settle_variables(KeyDraft& draft) {
  const auto& declared = draft.key.profile->variables;
  for (const auto& [name, variable] : declared)
    if (variable.when.empty()) settle_variable(draft, name, variable);
  for (const auto& [name, variable] : declared)
    if (!variable.when.empty()) settle_variable(draft, name, variable);
}

boost::json::object expand_members(const std::vector<Member>& members,
                                   const std::map<std::string, std::string>& variables, boost::json::object object) {
  for (const auto& member : members)
    if (applies(member.when, variables)) object[member.name] = expand(member.value, variables);
  return object;
}

}  // namespace signet::rules
