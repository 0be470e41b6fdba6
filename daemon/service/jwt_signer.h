#pragma once

#include <memory>
#include <string_view>

#include "daemon/rules/claims.h"
#include "daemon/service/audit_log.h"
#include "daemon/service/jwt_cache.h"
#include "daemon/service/token_link.h"

namespace signet::service {

/// All that a signature needs, on its own feet: who asked may be gone before it is there.
struct SigningOrder {
  rules::JwtPlan plan;
  std::string object;  ///< canonical PKCS#11 URI
  rules::PublicKeyPin pin;
  std::shared_ptr<TokenLink> link;
  Deadline deadline;
  std::shared_ptr<const rules::AuditRecord> record;  ///< of the request that set it off, without outcome and JWT
};
using SigningOrderPtr = std::shared_ptr<const SigningOrder>;

/// Has JWTs signed, and writes the audit line of each that the token signed and nobody got: signet-token keeps a record
/// of its own, and a signature without a line is an alarm.
class JwtSigner {
 public:
  /// `audit` outlives this. `built_at`: no JWT is made at an earlier time.
  JwtSigner(AuditLog& audit, rules::WallTime built_at) : audit_(audit), built_at_(built_at) {}

  /// Errors of AuditLog::ready, of fill_times and of TokenLink::sign. A signature that comes too late for this has its
  /// line.
  Task<Result<SignedJwtPtr>> sign(SigningOrderPtr order);
  /// The line of a JWT that nobody asked for or waits for. Error audit_unavailable: then nobody may get it later
  /// either.
  Task<Result<void>> record(SigningOrderPtr order, SignedJwtPtr jwt, std::string_view outcome);
  /// Both of them for the cache.
  JwtSource source(SigningOrderPtr order);

 private:
  void account_for_stray(rules::AuditRecord record, const rules::UnsignedJwt& jwt,
                         const std::optional<Bytes>& signature);

  AuditLog& audit_;
  const rules::WallTime built_at_;
};

}  // namespace signet::service
