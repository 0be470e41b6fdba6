#pragma once

#include "pkcs11/provider/signature_kind.h"
#include "proto/bytes.h"

namespace signet::provider {

/// DER AlgorithmIdentifier of a signature in X.509: RFC 5758 section 3.2 (ECDSA), RFC 8017 appendix A.2.4 (RSA), A.2.3
/// (PSS: MGF1 with the same hash, salt as long as the digest), RFC 8410 section 3 (Ed25519). Empty where the kind has
/// no hash to name. Pure; any thread.
Bytes algorithm_id(SignatureKind kind);

}  // namespace signet::provider
