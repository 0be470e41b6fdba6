#pragma once

#include <memory>
#include <set>
#include <span>
#include <string>

#include "pkcs11/provider/library_context.h"
#include "pkcs11/session.h"
#include "pkcs11/survey.h"
#include "pkcs11/token_key.h"

// A token's private key as an EVP_PKEY: OpenSSL signs with it, and C_Sign does the work.
namespace signet::pkcs11 {

/// Which private key of which token. No object handle: a handle is good for one login at most, a reference outlives it.
struct KeyReference {
  std::string token_serial{};
  Bytes id{};
  std::string label{};
};
/// "key "apple" (id 01) of token 4711": for the log.
std::string to_string(const KeyReference& reference);

/// Why OpenSSL gave no signature.
struct EvpFailure {
  std::optional<CallFailure> call{};  ///< the call of the module that failed; else it was OpenSSL's own doing, or the
                                      ///< token answered what is no signature
  std::string text{};                 ///< OpenSSL's error queue, for the log
};

/// What a token lists for signing; one copy for all its keys.
using SharedMechanisms = std::shared_ptr<const std::set<CK_MECHANISM_TYPE>>;

/// Immutable; any thread. One EVP_PKEY serves any number of signatures at once, each on a session of its own.
class TokenEvpKey {
 public:
  /// Error internal.
  static Result<std::shared_ptr<const TokenEvpKey>> create(provider::LibraryContext& context, KeyReference reference,
                                                           const TokenKey& key, SharedMechanisms mechanisms);

  /// The JOSE signature of a message by EVP_DigestSign. `handle` is the key's in this session. Blocks in the module;
  /// one thread per session.
  Result<Bytes, EvpFailure> sign(const Session& session, CK_OBJECT_HANDLE handle, Algorithm algorithm,
                                 BytesView message) const;

  /// For OpenSSL's other functions; each call that signs needs a SessionLoan around it.
  evp_pkey_st* get() const { return key_.get(); }
  const provider::LibraryContext& context() const { return *context_; }

 private:
  friend class SessionLoan;
  TokenEvpKey() = default;
  std::shared_ptr<const provider::LibraryContext> context_;
  std::shared_ptr<const provider::SigningKey> signer_;
  std::shared_ptr<evp_pkey_st> key_;
};

/// Lends a session to the calling thread for the signatures that it makes with one key: OpenSSL calls the provider on
/// the thread that called it, and has no argument in which a session could travel. One at a time per thread; the key,
/// the session and the handle are used by nobody else meanwhile.
class SessionLoan {
 public:
  SessionLoan(const TokenEvpKey& key, const Session& session, CK_OBJECT_HANDLE handle);
  SessionLoan(const SessionLoan&) = delete;
  SessionLoan& operator=(const SessionLoan&) = delete;
  ~SessionLoan();

  /// The last call of the module that failed, whatever OpenSSL made of it.
  const std::optional<CallFailure>& failure() const { return failure_; }

 private:
  friend class TokenSigningKey;
  const provider::SigningKey* signer_;
  const Session& session_;
  CK_OBJECT_HANDLE handle_;
  std::optional<CallFailure> failure_{};
};

/// Gives each usable key of a listing its EVP_PKEY; where OpenSSL cannot, the key is marked unusable.
void make_evp_keys(std::span<TokenKey> keys, const std::shared_ptr<provider::LibraryContext>& context,
                   const TokenSurvey& token, const std::set<CK_MECHANISM_TYPE>& mechanisms);

}  // namespace signet::pkcs11
