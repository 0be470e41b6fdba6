#include "daemon/rules/template_text.h"

#include <functional>
#include <string_view>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace signet::rules {
namespace {

constexpr std::string_view kOpen = "${";

/// Hands out the literal pieces and the variable names of a text in their order.
Result<void> walk(std::string_view text, const std::function<void(std::string_view)>& literal,
                  const std::function<void(std::string_view)>& variable) {
  for (auto open = text.find(kOpen); open != text.npos; open = text.find(kOpen)) {
    const auto close = text.find('}', open);
    if (close == text.npos) return Unexpected(Error{ErrorCode::bad_input, "holds a ${ without its closing brace"});
    literal(text.substr(0, open));
    variable(text.substr(open + kOpen.size(), close - open - kOpen.size()));
    text.remove_prefix(close + 1);
  }
  literal(text);
  return {};
}

Result<void> collect(const boost::json::value& value, std::set<std::string>& names) {
  if (value.is_string()) {
    // The edge of a late value's mark (late_values.h).
    if (value.get_string().find('\x7f') != boost::json::string::npos)
      return Unexpected(Error{ErrorCode::bad_input, "holds a DEL character; remove it"});
    return walk(
        value.get_string(), [](auto) {}, [&](std::string_view name) { names.emplace(name); });
  }
  if (value.is_array())
    for (const auto& element : value.get_array()) SIGNET_TRY(collect(element, names));
  if (value.is_object())
    for (const auto& member : value.get_object()) SIGNET_TRY(collect(member.value(), names));
  return {};
}

std::string expand_text(std::string_view text, const std::map<std::string, std::string>& variables) {
  std::string expanded;
  const auto walked = walk(
      text, [&](std::string_view piece) { expanded += piece; },
      [&](std::string_view name) { expanded += variables.at(std::string(name)); });
  return walked ? expanded : std::string(text);
}

}  // namespace

Result<std::set<std::string>> variables_in(const boost::json::value& value) {
  std::set<std::string> names;
  SIGNET_TRY(collect(value, names));
  return names;
}

boost::json::value expand(const boost::json::value& value, const std::map<std::string, std::string>& variables) {
  if (value.is_string()) return boost::json::string(expand_text(value.get_string(), variables));
  boost::json::value copy = value;
  if (copy.is_array())
    for (auto& element : copy.get_array()) element = expand(element, variables);
  if (copy.is_object())
    for (auto& member : copy.get_object()) member.value() = expand(member.value(), variables);
  return copy;
}

}  // namespace signet::rules
