#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "daemon/rules/key_config.h"
#include "proto/algorithm.h"
#include "proto/api.h"
#include "proto/result.h"

namespace signet::rules {

using WallTime = std::chrono::sys_seconds;  ///< Unix time

/// What will be signed, but for the times.
struct JwtPlan {
  std::string key;
  std::string kid;  ///< empty where the profile has none, and before fill_key_facts where it is the thumbprint
  bool kid_is_thumbprint = false;
  Algorithm algorithm = Algorithm::es256;
  ProfilePtr profile;
  std::string header_json;
  std::string claims_json;             ///< a JSON object without iat and exp; for the cache's key and for signing only
  std::string recorded_claims_json{};  ///< the same without what the profile calls secret; for the audit log
  std::optional<std::chrono::seconds> lifetime{};  ///< absent: no `exp`
  bool scoped = false;
  bool fresh = false;
  std::vector<std::string> would_refuse{};  ///< the broken rules that `mode` only records
};

/// Decides what a request gets. Error claims_rejected names the claim (and the index of a scope's entry),
/// lifetime_rejected the asked and the longest lifetime; neither ever holds a claim's value, both name the rule. Any
/// thread.
Result<JwtPlan> plan_jwt(const KeyPolicy& key, const TokenRequest& request);

/// A JWT that waits for its signature.
struct UnsignedJwt {
  std::string signing_input;
  WallTime made_at{};                        ///< the clock when the times were filled in
  std::int64_t issued_at = 0;                ///< `iat`: made_at - backdate
  std::optional<std::int64_t> expires_at{};  ///< `exp`
  std::int64_t reusable_until = 0;           ///< Unix seconds; see reuse.h
  std::int64_t young_until = 0;              ///< the same
  std::string recorded_claims_json{};        ///< empty: as in the plan, for there is no uuid among them
};

/// Fills in the times and `uuid`, a fresh one for each JWT. Error internal where the clock stands before `built_at`,
/// the day this program was built: such a clock is wrong, and a token made by it would be too; and where a value is
/// still missing (fill_key_facts was left out, or there is no uuid). Any thread.
Result<UnsignedJwt> fill_times(const JwtPlan& plan, WallTime now, WallTime built_at, std::string_view uuid = {});

}  // namespace signet::rules
