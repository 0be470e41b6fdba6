#pragma once

#include <map>
#include <set>
#include <string>

#include <boost/json/value.hpp>

#include "proto/result.h"

// Values with `${variable}` in their texts, at any depth; names of members are never templates.
namespace signet::rules {

/// The variables that a value names. Error bad_input where a `${` has no end or a text holds DEL. Any
/// thread.
Result<std::set<std::string>> variables_in(const boost::json::value& value);

/// The value with every `${variable}` replaced; each variable it names is in the map. What is put in is not read again.
/// Any thread.
boost::json::value expand(const boost::json::value& value, const std::map<std::string, std::string>& variables);

}  // namespace signet::rules
