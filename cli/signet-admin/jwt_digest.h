#pragma once

#include <optional>

#include "cli/signet-admin/audit_options.h"
#include "cli/signet-admin/failure.h"

namespace signet::admin {

/// What a log may know a JWT by.
struct JwtDigests {
  Sha256Digest as_given{};
  std::optional<Sha256Digest> twin{};   ///< with the other form of its ECDSA signature, which anybody can make
  std::optional<Sha256Digest> input{};  ///< of what was signed; the log has it where the answer was lost
};

/// The SHA-256 of the JWT that is meant, read from where it is. Failures: usage (it is no JWT in compact form),
/// failure. Main thread.
Done<JwtDigests> digests_of_jwt(const GivenJwt& source);

}  // namespace signet::admin
