#pragma once

#include <string>

#include "proto/api.h"

// What may be asked of a key, in words: for its callers and for its officer. Any thread.
namespace signet::terminal {

/// "text, required, one of a, b, like ci-* or release"
std::string claim_text(const AskableClaim& claim);
/// "required, each entry like GET /v1/*", "none"
std::string scope_text(const MayAsk& may_ask);
/// "14min", "no expiry"
std::string lifetime_text(const std::optional<std::int64_t>& seconds);
/// "enforce", "audit, only recorded: claim-allow sub"
std::string mode_text(const MayAsk& may_ask);

}  // namespace signet::terminal
