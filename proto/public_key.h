#pragma once

#include <map>
#include <memory>
#include <string>

#include "proto/algorithm.h"
#include "proto/bytes.h"
#include "proto/result.h"
#include "proto/sha256.h"

namespace signet {

/// The members of a public JWK (RFC 7517 section 4, RFC 7518 section 6, RFC 8037 section 2), all of them texts. Sorted
/// by name, as a thumbprint wants them.
using JwkMembers = std::map<std::string, std::string>;

/// A public key: immutable, cheap to copy, shared freely between threads.
class PublicKey {
 public:
  /// From a DER SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7). Error bad_input: not DER, trailing octets, a key type
  /// we do not know, a point off its curve, RSA under 2048 bits.
  static Result<PublicKey> from_spki(BytesView der);
  /// From an uncompressed point 04‖x‖y (SEC 1 section 2.3.3) on the curve of `type`.
  static Result<PublicKey> from_ec_point(KeyType type, BytesView point);
  /// From modulus and public exponent, big-endian.
  static Result<PublicKey> from_rsa(BytesView modulus, BytesView exponent);
  /// From the 32 octets of RFC 8032 section 5.1.5.
  static Result<PublicKey> from_ed25519(BytesView octets);
  /// From the PEM text "-----BEGIN PUBLIC KEY-----…" (RFC 7468 section 13).
  static Result<PublicKey> from_pem(std::string_view pem);

  KeyType type() const;
  /// Length of the RSA modulus or of the curve's field, in bits.
  int bits() const;
  /// Can this key verify that algorithm? (One key type per algorithm; RSA serves RS* and PS*.)
  bool fits(Algorithm algorithm) const;
  const Bytes& spki() const;  ///< DER SubjectPublicKeyInfo, re-encoded canonically
  const Sha256Digest& spki_sha256() const;
  std::string pin() const;  ///< "sha256:" and 64 lower-case hex digits of spki_sha256: the value of `public-key`
  std::string pem() const;
  JwkMembers jwk() const;          ///< required members only: kty, crv, x, y / kty, e, n / kty, crv, x
  std::string thumbprint() const;  ///< RFC 7638, SHA-256, base64url

  /// Verifies a JOSE signature (ECDSA as r‖s of fixed width, RFC 7518 section 3.4) over the message. Error bad_input
  /// when it does not verify or has the wrong length. PSS: salt length = hash length, MGF1 with the same hash. Any
  /// thread.
  Result<void> verify(Algorithm algorithm, BytesView message, BytesView signature) const;
  /// The same where the digest is at hand (5 us cheaper than hashing again); for Ed25519 `digest` is the message.
  Result<void> verify_digest(Algorithm algorithm, BytesView digest, BytesView signature) const;

 private:
  struct State;
  explicit PublicKey(std::shared_ptr<const State> state);
  static Result<PublicKey> checked(State state);
  std::shared_ptr<const State> state_;
};

/// ECDSA signature forms: DER ECDSA-Sig-Value (OpenSSL) to and from r‖s of fixed width (PKCS#11 CKM_ECDSA, JOSE).
/// `field_bytes` is 32, 48 or 66. Error bad_input. Any thread.
Result<Bytes> ecdsa_der_to_raw(BytesView der, std::size_t field_bytes);
Result<Bytes> ecdsa_raw_to_der(BytesView raw);

}  // namespace signet
