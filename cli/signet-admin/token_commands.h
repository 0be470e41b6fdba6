#pragma once

#include <string>

#include "cli/signet-admin/arguments.h"
#include "pkcs11/survey.h"

// Each gives what goes to stdout. Main thread; blocks in the module.
namespace signet::admin {

Done<std::string> list_tokens(const Invocation& invocation, bool colour);
Done<std::string> init_token(const Invocation& invocation);
Done<std::string> change_pin(const Invocation& invocation);

/// The slot that `token init` is to initialise: the token with that label where `force` allows it, else the one token
/// that is not initialised (and has the URI's serial, if it names one). Failures: refused, unavailable. Pure.
Done<pkcs11::TokenSurvey> slot_to_initialise(const std::vector<pkcs11::TokenSurvey>& tokens, const Pkcs11Uri& uri,
                                             bool force);

}  // namespace signet::admin
