#pragma once

#include "proto/openssl_handles.h"
#include "proto/public_key.h"

// What a PublicKey holds; for the public_key_*.cc files alone.
namespace signet {

struct PublicKey::State {
  KeyType type;
  int bits;
  EvpKey key;
  Bytes spki{};
  Sha256Digest spki_sha256{};
};

struct EcCurve {
  KeyType type;
  std::string_view jose_name;
  const char* openssl_name;
  int bits;
  std::string_view spki_prefix;  ///< a DER SubjectPublicKeyInfo as far as the uncompressed point
  std::size_t field_bytes() const { return static_cast<std::size_t>(bits + 7) / 8; }
};
/// Nothing for a key type without a curve of the short Weierstrass form.
const EcCurve* ec_curve(KeyType type);

/// The same error for all that is refused. OpenSSL keeps a queue of errors per thread; it is emptied here, so that what
/// is refused in one call does not surface in another.
Unexpected<Error> refuse_key(std::string message);

/// A number of the key, big-endian, of the given width, or minimal where that is 0; empty where the key has no such
/// number.
Bytes key_number(const EVP_PKEY* key, const char* param_name, std::size_t width);
/// The 32 octets of RFC 8032 section 5.1.5.
Bytes ed25519_octets(const EVP_PKEY* key);

/// Can these be modulus and exponent of an RSA key? The same answer every time.
bool are_rsa_numbers(const BIGNUM* modulus, const BIGNUM* exponent);

}  // namespace signet
