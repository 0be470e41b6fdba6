#pragma once

#include "daemon/rules/accounts.h"
#include "daemon/rules/key_draft.h"
#include "proto/config_file.h"

namespace signet::rules {

/// The options that every key file has, whatever its profile. The schema refers to draft and accounts, which outlive
/// it.
void add_key_options(ConfigSchema& schema, KeyDraft& draft, const Accounts& accounts);

}  // namespace signet::rules
