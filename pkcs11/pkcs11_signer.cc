#include "pkcs11/pkcs11_signer.h"

#include "host/log.h"
#include "pkcs11/mechanisms.h"
#include "pkcs11/object_listing.h"

namespace signet::pkcs11 {

Pkcs11Signer::Pkcs11Signer(OpenedToken token, SigningPolicy policy, CallWatch& watch, std::size_t first_slot,
                           std::function<void(const CallFailure&)> on_lost)
    : token_(std::move(token)),
      policy_(policy),
      watch_(watch),
      first_slot_(first_slot),
      on_lost_(std::move(on_lost)),
      pool_(std::move(token_.sessions)),
      catalog_(std::make_shared<const KeyCatalog>(token_.survey, std::move(token_.keys))) {}

std::shared_ptr<const KeyCatalog> Pkcs11Signer::catalog() const {
  const std::scoped_lock lock(mutex_);
  return catalog_;
}

std::vector<KeyView> Pkcs11Signer::describe(std::span<const std::string> objects) const {
  return catalog()->describe(objects);
}

Served<void> Pkcs11Signer::refresh(Deadline deadline) {
  SIGNET_TRY_ASSIGN(const SessionPool::Lease lease, borrow(deadline));
  const CallWatch::Scope scope(watch_, first_slot_ + lease.index(), policy_.call_timeout);
  auto keys = list_keys(lease.session(), token_.mechanisms);
  if (!keys) return Unexpected(refusal_of(keys.error()));
  auto fresh = std::make_shared<const KeyCatalog>(token_.survey, std::move(*keys));
  const std::scoped_lock lock(mutex_);
  catalog_ = std::move(fresh);
  return {};
}

Served<JoseSignature> Pkcs11Signer::sign(const SignOrder& order) {
  SIGNET_TRY(check_message(order));
  const auto keys = catalog();
  SIGNET_TRY_ASSIGN(const TokenKey* key, keys->find(order.object));
  SIGNET_TRY(check_key(*key, order.algorithm));
  SIGNET_TRY_ASSIGN(const PublicKey pinned, pinned_key(*key, order, pinned_keys_));
  const Bytes digest = hash_message(algorithm_info(order.algorithm).hash, bytes_of(order.message));
  SIGNET_TRY_ASSIGN(Bytes signature, sign_with_session(*key, order, digest));
  if (must_verify(pinned.spki_sha256())) {
    SIGNET_TRY(check_signature(*key, pinned, order.algorithm, digest, signature));
    note_verified(pinned.spki_sha256());
  }
  return JoseSignature{std::move(signature), pinned.spki_sha256()};
}

Served<Bytes> Pkcs11Signer::sign_with_session(const TokenKey& key, const SignOrder& order, BytesView digest) {
  const Bytes input = sign_input(order.algorithm, digest);
  SIGNET_TRY_ASSIGN(const SessionPool::Lease lease, borrow(order.deadline));
  const CallWatch::Scope scope(watch_, first_slot_ + lease.index(), policy_.call_timeout);
  auto signature = sign_on_token(lease.session(), key.handle, order.algorithm, input);
  if (!signature) return Unexpected(refusal_of(signature.error()));
  return jose_signature(order.algorithm, std::move(*signature));
}

Served<SessionPool::Lease> Pkcs11Signer::borrow(Deadline deadline) {
  auto lease = pool_.borrow(deadline);
  if (lease) return std::move(*lease);
  return Unexpected(
      Refusal{RefusalReason::busy, "the token has more to sign than it can; ask again, or raise `sessions`"});
}

Refusal Pkcs11Signer::refusal_of(const CallFailure& failure) {
  host::log(host::LogLevel::error, to_string(failure));
  if (means_token_lost(ckr_class(failure.rv))) on_lost_(failure);
  return {RefusalReason::token_failed, "the token did not sign; ask again", to_string(failure)};
}

bool Pkcs11Signer::must_verify(const Sha256Digest& key) {
  if (policy_.verify != Verify::first) return policy_.verify == Verify::always;
  const std::scoped_lock lock(mutex_);
  return !verified_.contains(key);
}

void Pkcs11Signer::note_verified(const Sha256Digest& key) {
  if (policy_.verify != Verify::first) return;
  const std::scoped_lock lock(mutex_);
  verified_.insert(key);
}

}  // namespace signet::pkcs11
