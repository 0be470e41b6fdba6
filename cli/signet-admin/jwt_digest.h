#pragma once

#include "cli/signet-admin/audit_options.h"
#include "cli/signet-admin/failure.h"

namespace signet::admin {

/// The SHA-256 of the JWT that is meant, read from where it is. Failures: usage (it is no JWT in compact form),
/// failure. Main thread.
Done<Sha256Digest> digest_of_jwt(const JwtSource& source);

}  // namespace signet::admin
