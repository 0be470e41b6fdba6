#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "daemon/rules/profile.h"

// What a key file's variables make of its profile's templates.
namespace signet::rules {

using VariableValues = std::map<std::string, std::string>;  ///< those that apply

/// Any thread, as all of these.
bool applies(const When& when, const VariableValues& variables);

/// What the key file says, with the variable's changes made: upper case first, then the replacements in the order of
/// their left sides, each of them on what the ones before left.
std::string changed(const Variable& variable, std::string_view text);

/// Every variable that the value's texts name is given; late values (late_values.h) always are.
bool has_all_variables(const boost::json::value& value, const VariableValues& variables);

/// Adds the members that apply and whose variables are all given. Late values become marks.
boost::json::object expand_members(const std::vector<Member>& members, const VariableValues& variables,
                                   boost::json::object object);

/// The value is "${key.thumbprint}" and nothing else.
bool is_thumbprint(const boost::json::value& value);

}  // namespace signet::rules
