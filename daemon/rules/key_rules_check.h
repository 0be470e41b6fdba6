#pragma once

#include "daemon/rules/key_draft.h"

namespace signet::rules {

/// Whether the rules of a key file can hold beside its profile and beside each other: names that the profile does not
/// know, forced values that it would refuse, rules under which no request could pass. Gives a forced scope its shape.
/// The draft has its profile, and its lifetimes are settled.
void check_rules(KeyDraft& draft);

}  // namespace signet::rules
