#include "pkcs11/provider/key_parts.h"

#include <algorithm>

#include <openssl/err.h>

namespace signet::provider {
namespace {

/// More than an RSA key of 16384 bits signs.
constexpr int kLongestSignature = 2048;
/// DER of SEQUENCE { INTEGER r, INTEGER s } over its numbers: two headers and sign octets, and a long-form header.
constexpr int kDerOverhead = 9;
/// OpenSSL counts no more, not for P-521 either.
constexpr int kMostSecurityBits = 256;
constexpr int kEd25519Bits = 256;
constexpr int kEd25519SecurityBits = 128;
constexpr int kEd25519SignatureBytes = 64;

int ec_bits(KeyType type) {
  switch (type) {
    case KeyType::ec_p256:
      return 256;
    case KeyType::ec_p384:
      return 384;
    case KeyType::ec_p521:
      return 521;
    case KeyType::rsa:
    case KeyType::ed25519:
      break;
  }
  return 0;
}

// NIST SP 800-57 part 1, table 2.
int rsa_security_bits(int bits) {
  if (bits >= 15360) return 256;
  if (bits >= 7680) return 192;
  if (bits >= 3072) return 128;
  return bits >= 2048 ? 112 : 0;
}

EvpKey decode(const PublicKey& key, OSSL_LIB_CTX* context) {
  const Bytes& spki = key.spki();
  const unsigned char* position = octets(spki);
  ERR_set_mark();
  EvpKey decoded(d2i_PUBKEY_ex(nullptr, &position, static_cast<long>(spki.size()), context, "provider=default"));
  ERR_pop_to_mark();
  return decoded;
}

}  // namespace

std::size_t order_bytes(KeyType type) { return static_cast<std::size_t>(ec_bits(type) + 7) / 8; }

int KeyParts::bits() const {
  if (type() == KeyType::ed25519) return kEd25519Bits;
  if (type() != KeyType::rsa) return ec_bits(type());
  return signer_->public_key() ? signer_->public_key()->bits() : 0;
}

int KeyParts::security_bits() const {
  if (type() == KeyType::ed25519) return kEd25519SecurityBits;
  return type() == KeyType::rsa ? rsa_security_bits(bits()) : std::min(bits() / 2, kMostSecurityBits);
}

int KeyParts::max_signature_bytes() const {
  if (type() == KeyType::ed25519) return kEd25519SignatureBytes;
  if (type() != KeyType::rsa) return 2 * static_cast<int>(order_bytes(type())) + kDerOverhead;
  return signer_->public_key() ? (bits() + 7) / 8 : kLongestSignature;
}

const char* KeyParts::default_digest() const {
  switch (type()) {
    case KeyType::ec_p384:
      return "SHA384";
    case KeyType::ec_p521:
      return "SHA512";
    case KeyType::ed25519:
      return "";
    case KeyType::ec_p256:
    case KeyType::rsa:
      break;
  }
  return "SHA256";
}

EVP_PKEY* KeyParts::public_key() const {
  if (!signer_->public_key()) return nullptr;
  std::call_once(once_, [this] { public_key_ = decode(*signer_->public_key(), context_); });
  return public_key_.get();
}

}  // namespace signet::provider
