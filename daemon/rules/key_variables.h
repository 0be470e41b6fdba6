#pragma once

#include "daemon/rules/key_draft.h"
#include "proto/config_file.h"

// The options that a profile adds to key files, and what is made of them. The draft has its profile.
namespace signet::rules {

/// The schema refers to the draft, which outlives it.
void add_variable_options(ConfigSchema& schema, KeyDraft& draft);

/// Fills in defaults and says which variables are missing and which do not belong beside the others.
void settle_variables(KeyDraft& draft);

/// The defaults of the caller's claims, with the variables filled in. After everything else, where there is no problem.
void settle_default_claims(KeyDraft& draft);

/// Whether claim-allow and scope-allow, unless they are only recorded, match these defaults and the profile's own
/// scope. After settle_default_claims, where there is no problem.
void check_defaults_by_rules(KeyDraft& draft);

}  // namespace signet::rules
