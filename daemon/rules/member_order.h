#pragma once

#include <boost/json/value.hpp>

namespace signet::rules {

/// The same value with the members of every object in it sorted by name, octet by octet: the lexicographic order of
/// RFC 8225 section 9. Any thread.
boost::json::value sorted_members(const boost::json::value& value);

}  // namespace signet::rules
