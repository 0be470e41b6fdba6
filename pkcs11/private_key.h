#pragma once

#include <functional>
#include <memory>

#include "host/secret.h"
#include "proto/public_key.h"

struct evp_pkey_st;

namespace signet::pkcs11 {

/// A private key outside a token, on its way into one. Every copy of its numbers that we make lies in a Secret; OpenSSL
/// wipes its own when it frees them. Move-only; one thread.
class PrivateKey {
 public:
  using AskPassphrase = std::function<Result<host::Secret>()>;
  enum class RsaNumber { private_exponent, prime_1, prime_2, exponent_1, exponent_2, coefficient };

  /// The private key of a DER file, or the first one of a PEM text, whose lines may end with "\n" as two characters:
  /// PKCS#8 (RFC 5958, plain or encrypted), SEC 1 (RFC 5915) or PKCS#1 (RFC 8017 appendix A.1.2), whatever label it
  /// stands under. `ask` is called when the key is encrypted. Error bad_input, with what the file is instead and the
  /// mend: a type, curve or length that we do not use, halves that do not belong together, a weak RSA key (weak_rsa.h);
  /// errors of `ask` as they are.
  static Result<PrivateKey> from_file(BytesView file, const AskPassphrase& ask);

  PrivateKey(PrivateKey&& other) noexcept;
  PrivateKey& operator=(PrivateKey&& other) noexcept;
  ~PrivateKey();

  const PublicKey& public_key() const { return public_key_; }
  /// DER PrivateKeyInfo, as C_UnwrapKey wants it (PKCS#11 2.40 section 2.3.4 and 2.1.4). Error internal.
  Result<host::Secret> pkcs8() const;
  /// EC: the scalar d at the width of the field; Ed25519: the 32 octets of RFC 8032 section 5.1.5. Error internal.
  Result<host::Secret> scalar() const;
  /// RSA only, big-endian without leading zeros. Error bad_input where the file left the number out.
  Result<host::Secret> rsa_number(RsaNumber which) const;

 private:
  struct FreeKey {
    void operator()(evp_pkey_st* key) const;
  };
  using Handle = std::unique_ptr<evp_pkey_st, FreeKey>;
  PrivateKey(Handle key, PublicKey public_key);

  Handle key_;
  PublicKey public_key_;
};

}  // namespace signet::pkcs11
