#include "tests/support/software_key.h"

#include <stdexcept>

#include <openssl/ec.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "proto/openssl_digest.h"

namespace signet::test {
namespace {

using provider::Scheme;
using provider::SignatureKind;
using provider::SigningInput;

EVP_PKEY* generate(KeyType type) {
  switch (type) {
    case KeyType::ec_p256:
      return EVP_EC_gen("P-256");
    case KeyType::ec_p384:
      return EVP_EC_gen("P-384");
    case KeyType::ec_p521:
      return EVP_EC_gen("P-521");
    case KeyType::rsa:
      return EVP_RSA_gen(2048);
    case KeyType::ed25519:
      break;
  }
  return EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
}

PublicKey public_half(EVP_PKEY* key) {
  unsigned char* der = nullptr;
  const int length = i2d_PUBKEY(key, &der);
  auto result = PublicKey::from_spki(std::as_bytes(std::span(der, static_cast<std::size_t>(length))));
  OPENSSL_free(der);
  return result.value();
}

void need(bool done, const char* what) {
  if (!done) throw std::runtime_error(what);
}

void set_scheme(EVP_PKEY_CTX* context, SignatureKind kind) {
  if (kind.scheme != Scheme::rsa_pss) return;
  need(EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1, "padding");
  need(EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1, "salt");
}

Bytes sign_message(EVP_PKEY* key, SignatureKind kind, BytesView message) {
  const EvpDigestContext context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* parameters = nullptr;
  need(EVP_DigestSignInit(context.get(), &parameters, openssl_digest(kind.hash), nullptr, key) == 1, "init");
  set_scheme(parameters, kind);
  Bytes signature(1024);
  std::size_t length = signature.size();
  need(EVP_DigestSign(context.get(), writable_octets(signature), &length, octets(message), message.size()) == 1,
       "sign");
  signature.resize(length);
  return signature;
}

Bytes sign_digest(EVP_PKEY* key, SignatureKind kind, BytesView digest) {
  const EvpKeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
  need(EVP_PKEY_sign_init(context.get()) == 1, "init");
  set_scheme(context.get(), kind);
  if (kind.scheme != Scheme::ecdsa)
    need(EVP_PKEY_CTX_set_signature_md(context.get(), openssl_digest(kind.hash)) == 1, "digest");
  Bytes signature(1024);
  std::size_t length = signature.size();
  need(EVP_PKEY_sign(context.get(), writable_octets(signature), &length, octets(digest), digest.size()) == 1, "sign");
  signature.resize(length);
  return signature;
}

}  // namespace

SoftwareKey::SoftwareKey(KeyType type) : type_(type), key_(generate(type)), public_key_(public_half(key_.get())) {}

std::optional<SigningInput> SoftwareKey::input_of(SignatureKind kind) const {
  if (kind.scheme == Scheme::ed25519) return SigningInput::message;
  if (hashes_ && kind.hash == Hash::none) return std::nullopt;
  return hashes_ ? SigningInput::message : SigningInput::digest;
}

Result<Bytes, provider::SigningFailure> SoftwareKey::sign(SignatureKind kind, BytesView input) const {
  ++signatures_;
  if (failing_) return Unexpected(provider::SigningFailure{"told to fail"});
  if (nonsense_octets_) return Bytes(*nonsense_octets_, std::byte{1});
  Bytes signature = input_of(kind) == SigningInput::message ? sign_message(key_.get(), kind, input)
                                                            : sign_digest(key_.get(), kind, input);
  if (kind.scheme != Scheme::ecdsa) return signature;
  return ecdsa_der_to_raw(signature, algorithm_info(default_algorithm(type_)).signature_bytes / 2).value();
}

}  // namespace signet::test
