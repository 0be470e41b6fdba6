#pragma once

#include "daemon/rules/audit.h"
#include "daemon/service/jwt_cache.h"

namespace signet::service {

/// Puts into a record what there is to know of a JWT besides its plan: its hash and its times. Any thread.
inline void put_jwt(rules::AuditRecord& record, const SignedJwt& jwt) {
  record.jwt_sha256 = jwt.sha256;
  record.issued_at = jwt.issued_at;
  record.expires_at = jwt.expires_at;
  if (!jwt.recorded_claims_json.empty()) record.claims_json = jwt.recorded_claims_json;
}

}  // namespace signet::service
