#pragma once

#include <map>
#include <mutex>
#include <optional>

#include "pkcs11/signer.h"

namespace signet::pkcs11 {

/// One algorithm per key (RFC 8725 section 3.1): what a key has signed with first, it signs with until this process
/// image ends. A signetd that is taken over could otherwise ask for signatures of one RSA key under both PKCS#1 v1.5
/// and PSS. Any thread.
class KeyAlgorithms {
 public:
  /// May the key of this identity sign with this algorithm? Remembers the first that is asked for. EdDSA and its
  /// other name Ed25519 (RFC 9864 section 2.2) are one. Ask only for keys that the token has and for orders that are
  /// otherwise in order: one that is refused elsewhere must not decide the algorithm. Refusal key_refused.
  Served<void> claim(const Sha256Digest& key, Algorithm algorithm);
  /// What the key has signed with; nothing before its first signature.
  std::optional<Algorithm> find(const Sha256Digest& key) const;

 private:
  mutable std::mutex mutex_;  ///< guards first_
  std::map<Sha256Digest, Algorithm> first_;
};

}  // namespace signet::pkcs11
