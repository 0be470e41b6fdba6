#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <set>

#include "pkcs11/call_watch.h"
#include "pkcs11/deadline_mutex.h"
#include "pkcs11/key_algorithms.h"
#include "pkcs11/key_catalog.h"
#include "pkcs11/key_verdicts.h"
#include "pkcs11/session_pool.h"
#include "pkcs11/sign_checks.h"
#include "pkcs11/token_config.h"
#include "pkcs11/token_evp_key.h"

namespace signet::pkcs11 {

/// An opened token: what the opener hands over once, for the rest of the process image.
struct OpenedToken {
  std::unique_ptr<Module> module{};
  TokenSurvey survey{};
  std::vector<Session> sessions{};  ///< at least one, logged in
  std::set<CK_MECHANISM_TYPE> mechanisms{};
  std::vector<TokenKey> keys{};
};

struct SigningPolicy {
  Verify verify = Verify::always;
  std::chrono::milliseconds call_timeout;
};

/// A Signer over PKCS#11: handles from the last listing, sessions borrowed per call, signatures made by OpenSSL
/// through our provider, and verified here.
class Pkcs11Signer final : public Signer {
 public:
  /// `on_lost` is called, on the thread of the call that noticed, when the token is gone for this process image.
  /// `watch` needs a slot from `first_slot` on for each session. Both outlive the signer.
  Pkcs11Signer(OpenedToken token, SigningPolicy policy, CallWatch& watch, std::size_t first_slot,
               std::function<void(const CallFailure&)> on_lost);

  std::vector<KeyView> describe(std::span<const std::string> objects) const override;
  Served<void> refresh(Deadline deadline) override;
  Served<JoseSignature> sign(const SignOrder& order) override;
  Served<void> probe(std::string_view object, Deadline deadline) override;

 private:
  using Catalog = std::shared_ptr<const KeyCatalog>;
  /// What came of asking the token once.
  struct Attempt {
    Catalog keys;  ///< those it went by
    Served<JoseSignature> outcome;
    std::optional<CallFailure> stale{};  ///< the key's handle was good no more
  };

  Catalog catalog() const;
  Catalog catalog_of(std::vector<TokenKey> keys) const;
  void replace_catalog(std::vector<TokenKey> keys);
  Attempt attempt(const SignOrder& order);
  Served<JoseSignature> sign_once(const KeyCatalog& keys, const SignOrder& order, std::optional<CallFailure>& stale);
  Served<Bytes> sign_with_session(const TokenKey& key, Algorithm algorithm, BytesView message, Deadline deadline,
                                  std::optional<CallFailure>& stale);
  Served<void> list_anew(const Session& session, const CallWatch::Scope& scope);
  Served<void> list_after_stale_key(const Catalog& used, Deadline deadline);
  Served<void> probe_with(const Catalog& keys, const TokenKey& key, Deadline deadline);
  Algorithm probe_algorithm(const TokenKey& key) const;
  Served<void> probe_session(Deadline deadline);
  Served<SessionPool::Lease> borrow(Deadline deadline);
  Refusal refusal_of(const CallFailure& failure);
  Refusal blamed(const TokenKey& key, Refusal refusal);
  bool must_verify(const Sha256Digest& key);
  void note_verified(const Sha256Digest& key);

  OpenedToken token_;
  const SigningPolicy policy_;
  CallWatch& watch_;
  const std::size_t first_slot_;
  const std::function<void(const CallFailure&)> on_lost_;
  SessionPool pool_;
  const std::shared_ptr<provider::LibraryContext> openssl_;  ///< null where OpenSSL could not make it
  PinnedKeys pinned_keys_;
  KeyAlgorithms algorithms_;
  KeyVerdicts verdicts_;
  DeadlineMutex listing_;     ///< held while the keys are listed anew
  mutable std::mutex mutex_;  ///< guards catalog_ and verified_
  Catalog catalog_;
  std::set<Sha256Digest> verified_;  ///< keys whose first signature since the last listing verified, for Verify::first
};

}  // namespace signet::pkcs11
