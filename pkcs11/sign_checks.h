#pragma once

#include <map>
#include <mutex>

#include "pkcs11/signer.h"
#include "pkcs11/token_key.h"

// What is asked of an order before the token sees it, and of a signature before the caller sees it.
namespace signet::pkcs11 {

/// Is the message a canonical JWS signing input for its algorithm? Refusal message_refused. Pure.
Served<void> check_message(const SignOrder& order);

/// May this key serve this algorithm? Refusal key_refused, with the reason. Pure.
Served<void> check_key(const TokenKey& key, Algorithm algorithm);

/// Public keys that callers brought themselves, kept so that a DER key is read once and not per signature. Any thread.
class PinnedKeys {
 public:
  /// The key behind the order's `spki`. Refusals: bad_request (no public key, or not the one whose hash was given).
  Served<PublicKey> find(const SignOrder& order);

 private:
  std::mutex mutex_;  ///< guards keys_
  std::map<Sha256Digest, PublicKey> keys_;
};

/// The public key to hold the signature against: the token's, which must hash to the expected value, else the one the
/// caller brought. Refusals: key_changed, key_refused (nobody knows the public key), bad_request.
Served<PublicKey> pinned_key(const TokenKey& key, const SignOrder& order, PinnedKeys& brought);

/// Does it verify? Refusals: signature_bad where the token itself shows `pinned`, key_changed where only the caller
/// brought it. Pure.
Served<void> check_signature(const TokenKey& key, const PublicKey& pinned, Algorithm algorithm, BytesView digest,
                             BytesView signature);

}  // namespace signet::pkcs11
