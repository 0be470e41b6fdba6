#pragma once

#include <openssl/core.h>

namespace signet::provider {

/// Signatures of EC, RSA and Ed25519 keys (provider-signature(7)): ends with an empty entry.
const OSSL_ALGORITHM* signature_algorithms();

}  // namespace signet::provider
