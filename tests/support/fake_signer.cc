#include "tests/support/fake_signer.h"

#include <stdexcept>

#include <openssl/ec.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "pkcs11/mechanisms.h"

namespace signet::test {
namespace {

using namespace signet::pkcs11;

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
      return EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
  }
  return nullptr;
}

PublicKey public_half(EVP_PKEY* key) {
  unsigned char* der = nullptr;
  const int length = i2d_PUBKEY(key, &der);
  auto result = PublicKey::from_spki(std::as_bytes(std::span(der, static_cast<std::size_t>(length))));
  OPENSSL_free(der);
  return result.value();
}

const EVP_MD* digest_of(Hash hash) {
  switch (hash) {
    case Hash::sha256:
      return EVP_sha256();
    case Hash::sha384:
      return EVP_sha384();
    case Hash::sha512:
      return EVP_sha512();
    case Hash::none:
      break;
  }
  return nullptr;
}

/// As a token answers: r‖s for ECDSA, the plain signature else.
Bytes sign_like_a_token(EVP_PKEY* key, Algorithm algorithm, BytesView message) {
  const AlgorithmInfo& info = algorithm_info(algorithm);
  const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  EVP_PKEY_CTX* parameters = nullptr;
  if (EVP_DigestSignInit(context.get(), &parameters, digest_of(info.hash), nullptr, key) != 1)
    throw std::runtime_error("sign init");
  if (provider::kind_of(algorithm).scheme == Scheme::rsa_pss) {
    EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING);
    EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_DIGEST);
  }
  Bytes signature(1024);
  std::size_t length = signature.size();
  if (EVP_DigestSign(context.get(), writable_octets(signature), &length, octets(message), message.size()) != 1) {
    throw std::runtime_error("sign");
  }
  signature.resize(length);
  return provider::kind_of(algorithm).scheme == Scheme::ecdsa
             ? ecdsa_der_to_raw(signature, info.signature_bytes / 2).value()
             : signature;
}

}  // namespace

FakeSigner::FakeSigner(std::string token_label) {
  survey_.label = std::move(token_label);
  catalog_ = std::make_unique<KeyCatalog>(survey_, keys_);
}

PublicKey FakeSigner::add_key(const std::string& label, KeyType type, const std::function<void(TokenKey&)>& change) {
  EvpKey key(generate(type), EVP_PKEY_free);
  TokenKey described{.handle = private_keys_.size(),
                     .id = to_bytes(label),
                     .label = label,
                     .type = type,
                     .public_key = public_half(key.get())};
  described.algorithms = usable_algorithms(type, {CKM_ECDSA, CKM_RSA_PKCS, CKM_RSA_PKCS_PSS, CKM_EDDSA});
  described.sensitive = true;
  if (change) change(described);
  PublicKey result = public_half(key.get());
  keys_.push_back(std::move(described));
  private_keys_.push_back(std::move(key));
  return result;
}

void FakeSigner::remove_key(const std::string& label) {
  std::erase_if(keys_, [&label](const TokenKey& key) { return key.label == label; });
}

std::vector<KeyView> FakeSigner::describe(std::span<const std::string> objects) const {
  return catalog_->describe(objects);
}

Served<void> FakeSigner::refresh(Deadline) {
  catalog_ = std::make_unique<KeyCatalog>(survey_, keys_);
  return {};
}

Served<JoseSignature> FakeSigner::sign(const SignOrder& order) {
  SIGNET_TRY(check_message(order));
  SIGNET_TRY_ASSIGN(const TokenKey* key, catalog_->find(order.object));
  SIGNET_TRY(check_key(*key, order.algorithm));
  SIGNET_TRY_ASSIGN(const PublicKey pinned, pinned_key(*key, order, pinned_keys_));
  SIGNET_TRY(algorithms_->claim(pinned.spki_sha256(), order.algorithm));
  Bytes from_token = sign_like_a_token(private_keys_[key->handle].get(), order.algorithm, bytes_of(order.message));
  SIGNET_TRY_ASSIGN(Bytes signature, jose_signature(order.algorithm, std::move(from_token)));
  const Bytes digest = hash_message(algorithm_info(order.algorithm).hash, bytes_of(order.message));
  SIGNET_TRY(check_signature(*key, pinned, order.algorithm, digest, signature));
  return JoseSignature{std::move(signature), pinned.spki_sha256()};
}

Served<void> FakeSigner::probe(std::string_view object, Deadline) {
  if (object.empty()) return {};
  SIGNET_TRY(catalog_->find(object));
  return {};
}

}  // namespace signet::test
