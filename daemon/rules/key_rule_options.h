#pragma once

#include "daemon/rules/key_draft.h"
#include "proto/config_file.h"

namespace signet::rules {

/// The options by which a key file rules requests: `caller-claims`, `claim`, `claim-allow`, `scope-allow`,
/// `require-scope`, `max-lifetime`, `mode`. The schema refers to the draft, which outlives it.
void add_rule_options(ConfigSchema& schema, KeyDraft& draft);

}  // namespace signet::rules
