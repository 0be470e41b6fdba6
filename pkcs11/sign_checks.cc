#include "pkcs11/sign_checks.h"

#include <algorithm>

#include "proto/jws.h"

namespace signet::pkcs11 {
namespace {

/// More pinned keys than key files anybody writes; reached, all are read again.
constexpr std::size_t kMaxKeptKeys = 4096;

Unexpected<Refusal> refuse(RefusalReason reason, std::string message, std::string detail = {}) {
  return Unexpected(Refusal{reason, std::move(message), std::move(detail)});
}

Unexpected<Refusal> key_changed() {
  return refuse(RefusalReason::key_changed,
                "the key on the token is not the one pinned in the key file; if it was replaced on purpose, write the "
                "new public-key");
}

}  // namespace

Served<void> check_message(const SignOrder& order) {
  auto checked = check_signing_input(order.message, order.algorithm);
  if (!checked) return refuse(RefusalReason::message_refused, checked.error().message);
  return {};
}

Served<void> check_key(const TokenKey& key, Algorithm algorithm) {
  if (!key.unusable.empty()) return refuse(RefusalReason::key_refused, key.unusable);
  if (key.type != algorithm_info(algorithm).key_type) {
    return refuse(RefusalReason::key_refused,
                  "the key's type does not serve this algorithm; correct `alg` in the key file");
  }
  if (!std::ranges::count(key.algorithms, algorithm)) {
    return refuse(RefusalReason::key_refused, "the token has no mechanism for this algorithm; choose another `alg`");
  }
  return {};
}

Served<PublicKey> PinnedKeys::find(const SignOrder& order) {
  const std::scoped_lock lock(mutex_);
  const auto known = keys_.find(order.expected_spki_sha256);
  if (known != keys_.end()) return known->second;
  auto key = PublicKey::from_spki(order.spki);
  if (!key)
    return refuse(RefusalReason::bad_request, "the pinned public key is not a DER SubjectPublicKeyInfo",
                  key.error().message);
  if (key->spki_sha256() != order.expected_spki_sha256) {
    return refuse(RefusalReason::bad_request, "the pinned public key and its hash do not belong together");
  }
  if (keys_.size() >= kMaxKeptKeys) keys_.clear();
  keys_.emplace(order.expected_spki_sha256, *key);
  return std::move(*key);
}

Served<PublicKey> pinned_key(const TokenKey& key, const SignOrder& order, PinnedKeys& brought) {
  if (key.public_key) {
    if (key.public_key->spki_sha256() != order.expected_spki_sha256) return key_changed();
    return *key.public_key;
  }
  if (order.spki.empty()) {
    return refuse(
        RefusalReason::key_refused,
        "the token shows no public key for this key; write the whole one into the key file as public-key = spki:…");
  }
  SIGNET_TRY_ASSIGN(PublicKey pinned, brought.find(order));
  if (pinned.type() != key.type) return key_changed();
  return pinned;
}

Served<void> check_signature(const TokenKey& key, const PublicKey& pinned, Algorithm algorithm, BytesView digest,
                             BytesView signature) {
  if (pinned.verify_digest(algorithm, digest, signature)) return {};
  if (!key.public_key) return key_changed();
  return refuse(RefusalReason::signature_bad,
                "the token's signature does not verify against its own public key; check the token");
}

}  // namespace signet::pkcs11
