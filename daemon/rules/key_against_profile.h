#pragma once

#include "daemon/rules/key_draft.h"

namespace signet::rules {

/// What key file and profile say of each other: algorithm, role, scope, lifetimes and public key. Settles the draft's
/// algorithm and default lifetime. The draft has its profile.
void check_against_profile(KeyDraft& draft);

}  // namespace signet::rules
