#include "daemon/rules/member_order.h"

#include <map>
#include <string_view>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace signet::rules {

namespace json = boost::json;

json::value sorted_members(const json::value& value) {
  if (value.is_array()) {
    json::array sorted;
    for (const auto& element : value.get_array()) sorted.push_back(sorted_members(element));
    return sorted;
  }
  if (!value.is_object()) return value;
  std::map<std::string_view, const json::value*> by_name;
  for (const auto& member : value.get_object()) by_name.emplace(member.key(), &member.value());
  json::object sorted;
  for (const auto& [name, member] : by_name) sorted.emplace(name, sorted_members(*member));
  return sorted;
}

}  // namespace signet::rules
