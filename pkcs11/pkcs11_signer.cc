#include "pkcs11/pkcs11_signer.h"

#include "host/log.h"
#include "pkcs11/object_listing.h"
#include "pkcs11/probe.h"

namespace signet::pkcs11 {
namespace {

Refusal token_did_not_sign(const CallFailure& failure) {
  return {RefusalReason::token_failed, "the token did not sign; ask again", to_string(failure)};
}

constexpr const char* kKeyFails =
    "the token does not sign with this key as it should: it refuses to, or what it gives does not verify; the operator "
    "must look at the key and at the log of signet-token";

Refusal key_fails(std::string detail) { return {RefusalReason::key_refused, kKeyFails, std::move(detail)}; }

Refusal too_busy() {
  return {RefusalReason::busy, "the token has more to sign than it can; ask again, or raise `sessions`"};
}

/// What tells keys apart whatever a caller says of them: the public half, or where the token shows none the name.
Sha256Digest identity_of(const TokenKey& key) {
  return key.public_key ? key.public_key->spki_sha256() : sha256(bytes_of(canonical_uri(key)));
}
Sha256Digest identity_of(const KeyView& view) {
  if (!view.spki.empty()) return sha256(view.spki);
  return sha256(bytes_of(canonical_uri(TokenKey{.id = view.id, .label = view.label})));
}

Refusal no_signature(const EvpFailure& failure) {
  return {RefusalReason::signature_bad, "what the token gave is no signature; check the token and its module",
          failure.text};
}

// Without it every key of the token is unusable, and says so.
std::shared_ptr<provider::LibraryContext> private_openssl() {
  auto made = provider::LibraryContext::create();
  if (made) return std::move(*made);
  host::log(host::LogLevel::error, "no OpenSSL context to sign in: " + made.error().detail);
  return nullptr;
}

Served<void> verify_message(const TokenKey& key, const PublicKey& pinned, Algorithm algorithm, BytesView message,
                            BytesView signature) {
  return check_signature(key, pinned, algorithm, hash_message(algorithm_info(algorithm).hash, message), signature);
}

}  // namespace

Pkcs11Signer::Pkcs11Signer(OpenedToken token, SigningPolicy policy, CallWatch& watch, std::size_t first_slot,
                           std::function<void(const CallFailure&)> on_lost)
    : token_(std::move(token)),
      policy_(policy),
      watch_(watch),
      first_slot_(first_slot),
      on_lost_(std::move(on_lost)),
      pool_(std::move(token_.sessions)),
      openssl_(private_openssl()),
      catalog_(catalog_of(std::move(token_.keys))) {}

// What the keys are signed with is made here, once for each listing.
Pkcs11Signer::Catalog Pkcs11Signer::catalog_of(std::vector<TokenKey> keys) const {
  make_evp_keys(keys, openssl_, token_.survey, token_.mechanisms);
  return std::make_shared<const KeyCatalog>(token_.survey, std::move(keys));
}

Pkcs11Signer::Catalog Pkcs11Signer::catalog() const {
  const std::scoped_lock lock(mutex_);
  return catalog_;
}

std::vector<KeyView> Pkcs11Signer::describe(std::span<const std::string> objects) const {
  std::vector<KeyView> views = catalog()->describe(objects);
  for (KeyView& view : views) {
    if (!view.usable || !verdicts_.is_suspect(identity_of(view))) continue;
    view.usable = false;
    view.message = kKeyFails;
  }
  return views;
}

void Pkcs11Signer::replace_catalog(std::vector<TokenKey> keys) {
  auto fresh = catalog_of(std::move(keys));
  const std::scoped_lock lock(mutex_);
  catalog_ = std::move(fresh);
  verified_.clear();  // another object may stand under the same name
}

// One listing at a time, or an older one would replace a newer; the session comes after the lock, for there may be only
// one.
Served<void> Pkcs11Signer::refresh(Deadline deadline) {
  const std::unique_lock one_at_a_time(listing_, deadline);
  if (!one_at_a_time) return Unexpected(too_busy());
  SIGNET_TRY_ASSIGN(const SessionPool::Lease lease, borrow(deadline));
  const CallWatch::Scope scope(watch_, first_slot_ + lease.index(), policy_.call_timeout);
  return list_anew(lease.session(), scope);
}

// The session and the token are asked too: a lost login hides private objects, and SoftHSM without its directory
// answers as if each key alone had gone. Neither may pass for a token without keys, which nothing would ever look at
// again.
Served<void> Pkcs11Signer::list_anew(const Session& session, const CallWatch::Scope& scope) {
  auto keys = list_keys(session, token_.mechanisms, [&scope] { scope.renew(); });
  if (!keys) return Unexpected(refusal_of(keys.error()));
  const auto alive = check_login(session, token_.survey);
  if (!alive) return Unexpected(refusal_of(alive.error()));
  replace_catalog(std::move(*keys));
  return {};
}

// A handle that has gone bad is the one loss that is repaired in place: another process may have removed the key, or
// replaced it, and neither is a reason to end everybody's session. Once; the pinned public key is compared again.
Served<JoseSignature> Pkcs11Signer::sign(const SignOrder& order) {
  SIGNET_TRY(check_message(order));
  Attempt first = attempt(order);
  if (!first.stale) return std::move(first.outcome);
  host::log(host::LogLevel::warning,
            to_string(*first.stale) + ": the token's keys are listed anew, and it is asked again");
  SIGNET_TRY(list_after_stale_key(first.keys, order.deadline));
  Attempt second = attempt(order);
  if (second.stale) on_lost_(*second.stale);
  return std::move(second.outcome);
}

Pkcs11Signer::Attempt Pkcs11Signer::attempt(const SignOrder& order) {
  Catalog keys = catalog();
  std::optional<CallFailure> stale;
  auto outcome = sign_once(*keys, order, stale);
  return {std::move(keys), std::move(outcome), stale};
}

Served<JoseSignature> Pkcs11Signer::sign_once(const KeyCatalog& keys, const SignOrder& order,
                                              std::optional<CallFailure>& stale) {
  SIGNET_TRY_ASSIGN(const TokenKey* key, keys.find(order.object));
  SIGNET_TRY(check_key(*key, order.algorithm));
  SIGNET_TRY_ASSIGN(const PublicKey pinned, pinned_key(*key, order, pinned_keys_));
  SIGNET_TRY(algorithms_.claim(identity_of(*key), order.algorithm));
  if (verdicts_.rests(identity_of(*key), KeyVerdicts::Time::clock::now())) return Unexpected(key_fails({}));
  const BytesView message = bytes_of(order.message);
  SIGNET_TRY_ASSIGN(Bytes signature, sign_with_session(*key, order.algorithm, message, order.deadline, stale));
  if (must_verify(pinned.spki_sha256())) {
    auto verified = verify_message(*key, pinned, order.algorithm, message, signature);
    if (!verified) return Unexpected(blamed(*key, std::move(verified).error()));
    note_verified(pinned.spki_sha256());
  }
  verdicts_.good(identity_of(*key));
  return JoseSignature{std::move(signature), pinned.spki_sha256()};
}

Served<Bytes> Pkcs11Signer::sign_with_session(const TokenKey& key, Algorithm algorithm, BytesView message,
                                              Deadline deadline, std::optional<CallFailure>& stale) {
  SIGNET_TRY_ASSIGN(const SessionPool::Lease lease, borrow(deadline));
  const CallWatch::Scope scope(watch_, first_slot_ + lease.index(), policy_.call_timeout);
  auto signature = key.evp->sign(lease.session(), key.handle, algorithm, message);
  if (signature) return std::move(*signature);
  if (!signature.error().call) return Unexpected(blamed(key, no_signature(signature.error())));
  const CallFailure& failure = *signature.error().call;
  if (ckr_class(failure.rv) == CkrClass::stale_key) {
    stale = failure;
    return Unexpected(token_did_not_sign(failure));
  }
  Refusal refusal = refusal_of(failure);
  return Unexpected(means_token_lost(ckr_class(failure.rv)) ? std::move(refusal) : blamed(key, std::move(refusal)));
}

// A key that the token refuses to use time and again is that key's trouble, however many others it is so with; what
// does not verify is the token's, unless another key has signed well.
Refusal Pkcs11Signer::blamed(const TokenKey& key, Refusal refusal) {
  const Sha256Digest identity = identity_of(key);
  const auto blame = verdicts_.bad(identity);
  const bool is_refused = refusal.reason == RefusalReason::token_failed && verdicts_.fails_again(identity);
  const bool is_bad = blame == KeyVerdicts::Blame::key && refusal.reason == RefusalReason::signature_bad;
  if (!is_refused && !is_bad) return refusal;
  verdicts_.rest(identity, KeyVerdicts::Time::clock::now());
  return key_fails(refusal.message + " (" + refusal.detail + ")");
}

Served<void> Pkcs11Signer::list_after_stale_key(const Catalog& used, Deadline deadline) {
  const std::unique_lock one_at_a_time(listing_, deadline);
  if (!one_at_a_time) return Unexpected(too_busy());
  if (catalog() != used) return {};
  SIGNET_TRY_ASSIGN(const SessionPool::Lease lease, borrow(deadline));
  const CallWatch::Scope scope(watch_, first_slot_ + lease.index(), policy_.call_timeout);
  return list_anew(lease.session(), scope);
}

Served<void> Pkcs11Signer::probe(std::string_view object, Deadline deadline) {
  if (object.empty()) return probe_session(deadline);
  const Catalog keys = catalog();
  SIGNET_TRY_ASSIGN(const TokenKey* key, keys->find(object));
  if (!key->unusable.empty()) return Unexpected(Refusal{RefusalReason::key_refused, key->unusable});
  return probe_with(keys, *key, deadline);
}

Served<void> Pkcs11Signer::probe_with(const Catalog& keys, const TokenKey& key, Deadline deadline) {
  const Algorithm algorithm = probe_algorithm(key);
  const Bytes message = probe_message();
  std::optional<CallFailure> stale;
  const auto signature = sign_with_session(key, algorithm, message, deadline, stale);
  if (stale) return list_after_stale_key(keys, deadline);
  if (!signature) return Unexpected(signature.error());
  if (key.public_key) {
    auto verified = verify_message(key, *key.public_key, algorithm, message, *signature);
    if (!verified) return Unexpected(blamed(key, std::move(verified).error()));
  }
  verdicts_.good(identity_of(key));
  return {};
}

Algorithm Pkcs11Signer::probe_algorithm(const TokenKey& key) const {
  return algorithms_.find(identity_of(key)).value_or(key.algorithms.front());
}

Served<void> Pkcs11Signer::probe_session(Deadline deadline) {
  SIGNET_TRY_ASSIGN(const SessionPool::Lease lease, borrow(deadline));
  const CallWatch::Scope scope(watch_, first_slot_ + lease.index(), policy_.call_timeout);
  if (const auto alive = ask_for_sign_of_life(lease.session()); !alive) return Unexpected(refusal_of(alive.error()));
  return {};
}

Served<SessionPool::Lease> Pkcs11Signer::borrow(Deadline deadline) {
  // Nobody waits any more for what is begun after its deadline.
  if (Deadline::clock::now() >= deadline) return Unexpected(too_busy());
  auto lease = pool_.borrow(deadline);
  if (lease) return std::move(*lease);
  return Unexpected(too_busy());
}

Refusal Pkcs11Signer::refusal_of(const CallFailure& failure) {
  host::log(host::LogLevel::error, to_string(failure));
  if (means_token_lost(ckr_class(failure.rv))) on_lost_(failure);
  return token_did_not_sign(failure);
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
