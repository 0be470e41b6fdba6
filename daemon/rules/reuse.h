#pragma once

#include <cstdint>

#include "daemon/rules/claims.h"
#include "proto/sha256.h"

namespace signet::rules {

/// Equal for two requests exactly when one JWT may answer both: key name, header, final claims without times, lifetime,
/// pinned public key and profile digest, hashed so that the cache's keys hold no claims. The name is left out where the
/// profile shares JWTs: names with the same key on the token then get the same one. Any thread.
Sha256Digest cache_key(const JwtPlan& plan, const Sha256Digest& spki_sha256);

/// The last second at which a JWT made at `made_at` is still handed out: while at least half of its lifetime is left,
/// or as the profile says; made_at - 1 where the profile forbids reuse. Any thread.
std::int64_t reusable_until(const JwtPlan& plan, WallTime made_at);

/// The first second at which a fresher JWT may take the place of one made at `made_at`: made_at itself where the
/// profile has no minimum age. Any thread.
std::int64_t young_until(const JwtPlan& plan, WallTime made_at);

/// May this JWT answer that plan now? `fresh` asks for a new one and gets it unless the profile has a minimum age. No
/// JWT from the future is reused: the clock stepped back. Any thread.
bool may_reuse(const JwtPlan& plan, WallTime made_at, std::int64_t reusable_until, WallTime now);

/// Shall a JWT that is handed out now be refreshed meanwhile, so that nobody waits when it can be handed out no more?
/// In the last fifth of its reuse, and never before the profile's minimum age; not at all where that fifth is less than
/// a second. Any thread.
bool wants_refresh(const JwtPlan& plan, WallTime made_at, std::int64_t reusable_until, WallTime now);

}  // namespace signet::rules
