#pragma once

#include <string_view>

#include <boost/json/value.hpp>

// Names of the members of header and payload, as a profile may write them. Pure; any thread.
namespace signet::rules {

/// Not empty, printable UTF-8. A DEL would look like a mark of a value that is filled in later (late_values.h).
bool is_member_name(std::string_view name);

/// Are the names of all members that the value holds, at any depth, such names?
bool has_good_names(const boost::json::value& value);

}  // namespace signet::rules
