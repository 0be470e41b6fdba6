#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>

#include "daemon/rules/profile.h"
#include "proto/result.h"

namespace signet::rules {

/// The claim's value for what the caller asked. Error claims_rejected; it names the entry's index and the rule, never
/// the entry. Apple wants an array even for one entry, so a text is refused there rather than wrapped; where it is one
/// text, an array of one text is taken for it. Any thread.
Result<boost::json::value> shape_scope(const ScopeRule& rule, const boost::json::value& asked);

/// "GET /path?query" as Apple's services read it: the method GET, one space, an absolute path without "." or ".."
/// segments however they are encoded, without encoded separators, and at most one query; all of it in the characters of
/// RFC 3986 section 3.3 and 3.4. Any thread.
bool is_get_resource(std::string_view entry);

/// The entries of a shaped scope, each alone; they refer to it. Any thread.
std::vector<std::string_view> scope_entries(const ScopeRule& rule, const boost::json::value& scope);

/// Does each entry of a shaped scope name one of these resources? A `*` in a resource stands for one segment; queries
/// do not matter. Any thread.
bool all_name_resources(const boost::json::value& scope, const std::vector<std::string>& resources);

/// The claim of a scope (RFC 8693 section 4.2), and the member of a request that asks for it.
inline constexpr std::string_view kScope = "scope";

}  // namespace signet::rules
