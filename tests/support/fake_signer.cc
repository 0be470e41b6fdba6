#include "tests/support/fake_signer.h"

#include "pkcs11/key_certificates.h"
#include "pkcs11/mechanisms.h"

namespace signet::test {
namespace {

using namespace signet::pkcs11;

/// As a token answers: r‖s for ECDSA, the plain signature else.
Bytes sign_like_a_token(const SoftwareKey& key, Algorithm algorithm, BytesView message) {
  const SignatureKind kind = provider::kind_of(algorithm);
  const bool whole = key.input_of(kind) == SigningInput::message;
  return key.sign(kind, whole ? to_bytes(message) : hash_message(kind.hash, message)).value();
}

}  // namespace

FakeSigner::FakeSigner(std::string token_label) {
  survey_.label = std::move(token_label);
  catalog_ = std::make_unique<KeyCatalog>(survey_, keys_);
}

PublicKey FakeSigner::add_key(const std::string& label, KeyType type, const std::function<void(TokenKey&)>& change) {
  auto key = std::make_shared<const SoftwareKey>(type);
  const PublicKey public_key = *key->public_key();
  TokenKey described{
      .handle = private_keys_.size(), .id = to_bytes(label), .label = label, .type = type, .public_key = public_key};
  described.algorithms = usable_algorithms(type, {CKM_ECDSA, CKM_RSA_PKCS, CKM_RSA_PKCS_PSS, CKM_EDDSA});
  described.sensitive = true;
  if (change) change(described);
  keys_.push_back(std::move(described));
  private_keys_.push_back(std::move(key));
  return public_key;
}

void FakeSigner::remove_key(const std::string& label) {
  std::erase_if(keys_, [&label](const TokenKey& key) { return key.label == label; });
}

std::vector<KeyView> FakeSigner::describe(std::span<const std::string> objects) const {
  return catalog_->describe(objects);
}

void FakeSigner::add_certificate(const std::string& label, BytesView id, BytesView der) {
  constexpr CK_ULONG kX509 = CKC_X_509;
  Attributes object;
  object.set(CKA_LABEL, to_bytes(label));
  object.set(CKA_ID, to_bytes(id));
  object.set(CKA_CERTIFICATE_TYPE, to_bytes(std::as_bytes(std::span(&kX509, 1))));
  object.set(CKA_VALUE, to_bytes(der));
  certificates_.push_back(std::move(object));
}

Served<void> FakeSigner::refresh(Deadline) {
  std::vector<TokenKey> keys = keys_;
  give_certificates(certificates_, keys);
  catalog_ = std::make_unique<KeyCatalog>(survey_, std::move(keys));
  return {};
}

Served<JoseSignature> FakeSigner::sign(const SignOrder& order) {
  SIGNET_TRY(check_message(order));
  SIGNET_TRY_ASSIGN(const TokenKey* key, catalog_->find(order.object));
  SIGNET_TRY(check_key(*key, order.algorithm));
  SIGNET_TRY_ASSIGN(const PublicKey pinned, pinned_key(*key, order, pinned_keys_));
  SIGNET_TRY(algorithms_->claim(pinned.spki_sha256(), order.algorithm));
  Bytes signature = sign_like_a_token(*private_keys_[key->handle], order.algorithm, bytes_of(order.message));
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
