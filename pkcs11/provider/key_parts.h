#pragma once

#include <memory>
#include <mutex>

#include "pkcs11/provider/signing_key.h"
#include "proto/openssl_handles.h"

namespace signet::provider {

/// What stands behind an EVP_PKEY of this provider: a reference to whoever signs, and the public half. Shared by every
/// copy of the EVP_PKEY; any thread.
class KeyParts {
 public:
  KeyParts(std::shared_ptr<const SigningKey> signer, OSSL_LIB_CTX* context)
      : signer_(std::move(signer)), context_(context) {}

  const SigningKey& signer() const { return *signer_; }
  KeyType type() const { return signer_->type(); }
  /// In bits; 0 for an RSA key whose modulus nobody knows.
  int bits() const;
  int security_bits() const;
  /// Octets of the longest signature as OpenSSL gives it.
  int max_signature_bytes() const;
  const char* default_digest() const;
  /// The public half as a key of the default provider, which answers for every number and verifies; nullptr where it is
  /// not known. Made at the first call: decoding costs more than a signature.
  EVP_PKEY* public_key() const;

 private:
  std::shared_ptr<const SigningKey> signer_;
  OSSL_LIB_CTX* context_;
  mutable std::once_flag once_;
  mutable EvpKey public_key_;
};

/// Octets of the order of an EC key's group; 0 for other types. Pure.
std::size_t order_bytes(KeyType type);

/// The name by which EVP_PKEY_fromdata takes a pointer to a shared_ptr<const KeyParts>. Only LibraryContext uses it.
inline constexpr const char* kKeyPartsParam = "signet-key-parts";

}  // namespace signet::provider
