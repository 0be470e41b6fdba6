#pragma once

#include <string_view>

#include "daemon/rules/key_config.h"
#include "proto/api.h"

namespace signet::rules {

/// What a caller of this key may put into a request, by profile and key file. Rules that `mode` only records are told
/// like the others, and named in `audited`; but a scope that they alone demand is not called required. Any thread.
MayAsk may_ask(const KeyPolicy& key);

/// Must a request hold a scope, by the role or by a rule of the key file that is not only recorded? Any thread.
bool demands_scope(const KeyPolicy& key);

/// Can a good request give this caller claim of the profile's, or the scope? Not what the key file sets or leaves out,
/// nor what the profile takes only in place of something that is settled. Any thread.
bool can_be_given(const KeyPolicy& key, std::string_view claim);

}  // namespace signet::rules
