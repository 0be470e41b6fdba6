#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "daemon/rules/claims.h"
#include "daemon/rules/peer.h"
#include "proto/sha256.h"
#include "proto/timestamp.h"

// What stands in a line of the audit log; docs/audit.md describes it. Number and chain are added by audit_chain.h when
// the line is written.
namespace signet::rules {

/// What the audit log keeps of one decision. It has no place for a JWT, for a claim that a profile calls secret or for
/// a text that was refused.
struct AuditRecord {
  UtcTime time{};
  std::string request_id{};    ///< empty: nobody asked
  std::optional<Peer> peer{};  ///< absent: nobody asked
  std::string key{};           ///< empty: none, or a name that no key could have
  std::string profile{};
  /// "issued", another act of ours, or the code of the refusal. Of JWTs that the token signed and nobody got:
  /// "refreshed" (ahead of the end of another's reuse), "unclaimed" (who asked was gone), "lost" (the answer was).
  std::string outcome{};
  std::string rule{};                       ///< the policy rule that refused
  std::vector<std::string> would_refuse{};  ///< the rules that are only watched and would have refused
  std::string kid{};
  std::string alg{};
  std::optional<Sha256Digest> spki_sha256{};  ///< of the public key that belongs to the signature
  std::optional<Sha256Digest> jwt_sha256{};   ///< of the compact serialisation, as sent
  /// Of the signing input, where the token may have signed it and nobody here knows the signature.
  std::optional<Sha256Digest> input_sha256{};
  std::optional<std::int64_t> issued_at{};  ///< Unix seconds
  std::optional<std::int64_t> expires_at{};
  std::optional<std::int64_t> lifetime{};  ///< seconds: granted, or asked for where that was refused
  std::optional<bool> cached{};            ///< of a JWT that was handed out
  bool scoped = false;
  std::string claims_json{};  ///< a JSON object; empty: no JWT was made
};

/// Larger claims stand in the log by their hash alone.
inline constexpr std::size_t kMaxRecordedClaims = 4096;

/// The record's members in their fixed order, absent ones left out, for chain_line(). Any thread.
std::string audit_members(const AuditRecord& record);

/// Puts into a record what was decided for a JWT: key, profile, kid, alg, lifetime, scoped and claims; these only where
/// all of them are known by now. Any thread.
void put_plan(AuditRecord& record, const JwtPlan& plan);

}  // namespace signet::rules
