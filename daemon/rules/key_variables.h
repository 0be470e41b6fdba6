#pragma once

#include <map>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "daemon/rules/key_draft.h"
#include "daemon/rules/profile.h"
#include "proto/config_file.h"

// The options that a profile adds to key files, and what is made of them. The draft has its profile.
namespace signet::rules {

/// The schema refers to the draft, which outlives it.
void add_variable_options(ConfigSchema& schema, KeyDraft& draft);

/// Fills in defaults and says which variables are missing and which do not belong beside the others.
void settle_variables(KeyDraft& draft);

/// The members that hold for these variables, with the variables filled in, after those of `object`. Any thread.
boost::json::object expand_members(const std::vector<Member>& members,
                                   const std::map<std::string, std::string>& variables, boost::json::object object);

}  // namespace signet::rules
