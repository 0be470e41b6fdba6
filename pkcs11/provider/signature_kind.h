#pragma once

#include "proto/algorithm.h"

namespace signet::provider {

enum class Scheme { ecdsa, rsa_pkcs1, rsa_pss, ed25519 };

/// A signature scheme with its hash. More than a JOSE algorithm can say: X.509 allows SHA-512 with P-256.
struct SignatureKind {
  Scheme scheme;
  Hash hash;  ///< `none` for Ed25519; for ECDSA a digest whose hash nobody named

  friend bool operator==(const SignatureKind&, const SignatureKind&) = default;
};

/// Pure; any thread.
SignatureKind kind_of(Algorithm algorithm);

}  // namespace signet::provider
