#include "daemon/rules/late_values.h"

#include <algorithm>

namespace signet::rules {
namespace {

constexpr char kEdge = '\x7f';

}  // namespace

bool is_late_value(std::string_view name) { return std::ranges::find(kLateValues, name) != kLateValues.end(); }

std::map<std::string, std::string> with_marks(std::map<std::string, std::string> variables) {
  for (const auto name : kLateValues) variables.emplace(name, kEdge + std::string(name) + kEdge);
  return variables;
}

bool holds_mark(std::string_view json) { return json.find(kEdge) != json.npos; }

Result<std::string> fill_marks(std::string_view json, const LateValue& value_of) {
  std::string filled;
  for (auto begin = json.find(kEdge); begin != json.npos; begin = json.find(kEdge)) {
    const auto end = json.find(kEdge, begin + 1);
    if (end == json.npos) break;
    SIGNET_TRY_ASSIGN(const auto value, value_of(json.substr(begin + 1, end - begin - 1)));
    filled += json.substr(0, begin);
    filled += value ? std::string_view(*value) : json.substr(begin, end + 1 - begin);
    json.remove_prefix(end + 1);
  }
  return filled.append(json);
}

std::string name_marks(std::string_view json) {
  const auto named = fill_marks(json, [](std::string_view name) -> Result<std::optional<std::string>> {
    return std::optional("${" + std::string(name) + "}");
  });
  return named.value();
}

}  // namespace signet::rules
