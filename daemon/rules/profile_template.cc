#include "daemon/rules/profile_template.h"

#include <algorithm>

#include "daemon/rules/late_values.h"
#include "daemon/rules/template_text.h"

namespace signet::rules {
namespace {

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

void replace_all(std::string& text, const std::string& what, const std::string& by) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
}

}  // namespace

bool applies(const When& when, const VariableValues& variables) {
  return std::ranges::all_of(when, [&](const auto& condition) {
    const auto found = variables.find(condition.first);
    return found != variables.end() && found->second == condition.second;
  });
}

std::string changed(const Variable& variable, std::string_view text) {
  std::string result(text);
  if (variable.upper_case) std::ranges::transform(result, result.begin(), upper);
  for (const auto& [what, by] : variable.replace) replace_all(result, what, by);
  return result;
}

bool has_all_variables(const boost::json::value& value, const VariableValues& variables) {
  const auto names = variables_in(value);
  return names && std::ranges::all_of(
                      *names, [&](const std::string& name) { return is_late_value(name) || variables.contains(name); });
}

boost::json::object expand_members(const std::vector<Member>& members, const VariableValues& variables,
                                   boost::json::object object) {
  const auto values = with_marks(variables);
  for (const auto& member : members)
    if (applies(member.when, variables) && has_all_variables(member.value, variables))
      object[member.name] = expand(member.value, values);
  return object;
}

bool is_thumbprint(const boost::json::value& value) {
  return value.is_string() && value.get_string() == "${" + std::string(kThumbprint) + "}";
}

}  // namespace signet::rules
