#pragma once

#include "daemon/rules/key_config.h"
#include "proto/api.h"

namespace signet::rules {

/// What a caller of this key may put into a request, by profile and key file. Rules that `mode` only records are told
/// like the others, and named in `audited`. Any thread.
MayAsk may_ask(const KeyPolicy& key);

/// Must a request hold a scope: by the role, `require-scope` or `scope-allow`, whatever the mode? Any thread.
bool demands_scope(const KeyPolicy& key);

}  // namespace signet::rules
