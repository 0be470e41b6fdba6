#pragma once

#include <string>

#include "cli/signet-admin/arguments.h"
#include "cli/signet-admin/unlock_views.h"

namespace signet::admin {

/// `token unlock-pin`: what goes to stdout. Main thread; blocks in the module.
Done<std::string> unlock_pin(const Invocation& invocation);

/// May signet-token be let try its PIN, because an operator says that it is right? Refused where that would not help
/// (locked) or might hurt (one try left) without `force`. Pure.
Done<void> may_try(const pkcs11::TokenSurvey& token, bool force);

}  // namespace signet::admin
