#include "daemon/rules/member_name.h"

#include <algorithm>

#include "daemon/rules/text_rule.h"

namespace signet::rules {

bool is_member_name(std::string_view name) { return check_text({.max_length = name.size()}, name).has_value(); }

bool has_good_names(const boost::json::value& value) {
  if (value.is_array()) return std::ranges::all_of(value.get_array(), has_good_names);
  if (!value.is_object()) return true;
  return std::ranges::all_of(value.get_object(), [](const auto& member) {
    return is_member_name(member.key()) && has_good_names(member.value());
  });
}

}  // namespace signet::rules
