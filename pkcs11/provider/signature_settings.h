#pragma once

#include <optional>

#include <openssl/core.h>

#include "pkcs11/provider/provider_errors.h"
#include "pkcs11/provider/signature_kind.h"

namespace signet::provider {

/// What the user of an EVP_PKEY_CTX chose about a signature: hash, RSA padding and PSS parameters. A value of one
/// context; one thread.
class SignatureSettings {
 public:
  explicit SignatureSettings(KeyType type) : type_(type) {}

  SignatureKind kind() const;
  /// By one of OpenSSL's names for it. Refusal digest_unsupported.
  std::optional<Reason> set_digest(const char* name);
  /// The context's parameters, as far as they are given, or none of them; others are left alone, as OpenSSL wants it.
  std::optional<Reason> set(const OSSL_PARAM* params);
  std::optional<Reason> get(OSSL_PARAM* params) const;
  /// Do the PSS parameters and the hash go together? Refusals: salt_unsupported, mgf1_unsupported.
  std::optional<Reason> check() const;

  static const OSSL_PARAM* settable();
  static const OSSL_PARAM* gettable();

 private:
  std::optional<Reason> apply(const OSSL_PARAM* params);
  std::optional<Reason> set_padding(const OSSL_PARAM& param);
  std::optional<Reason> set_salt(const OSSL_PARAM& param);
  std::optional<Reason> set_mgf1(const OSSL_PARAM& param);

  KeyType type_;
  Hash hash_ = Hash::none;
  bool pss_ = false;
  std::optional<int> salt_bytes_{};  ///< nothing: as long as the digest, which is all there is
  std::optional<Hash> mgf1_{};
};

/// Octets of a digest; 0 for Hash::none. Pure.
std::size_t digest_bytes(Hash hash);

}  // namespace signet::provider
