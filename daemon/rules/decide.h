#pragma once

#include <chrono>
#include <map>
#include <string>
#include <string_view>

#include "daemon/rules/claims.h"
#include "daemon/rules/configuration.h"
#include "daemon/rules/peer.h"
#include "proto/api.h"
#include "proto/result.h"

// The decisions on a token request in the order in which they are taken. Route and shape (400) come before, the cache
// after.
namespace signet::rules {

/// Key name and reason, as an officer disabled it.
using DisabledKeys = std::map<std::string, std::string, std::less<>>;

/// How soon asking again makes sense where a person has to do something first.
inline constexpr std::chrono::seconds kRetryAfterMend{30};

/// The key if it exists and the peer may use it. Error not_permitted, the same to the last letter for a key that is
/// unknown, misnamed or another's (only `detail` tells them apart); token_unavailable for a broken key of the peer's
/// own. The pointer lives as long as `configuration`. Any thread.
Result<const KeyPolicy*> authorise(const Configuration& configuration, const Peer& peer, std::string_view key);

/// Error key_disabled; the officer's reason is only in `detail`. Any thread.
Result<void> check_enabled(const DisabledKeys& disabled, std::string_view key);

/// A request that every rule has let pass.
struct Admitted {
  const KeyPolicy* key;  ///< lives as long as the configuration
  JwtPlan plan;
};

/// authorise, check_enabled, plan_jwt, in that order; KeyRates::count follows, once it is known whether the answer is
/// cached. Any thread.
Result<Admitted> admit(const Configuration& configuration, const DisabledKeys& disabled, const Peer& peer,
                       std::string_view key, const TokenRequest& request);

}  // namespace signet::rules
