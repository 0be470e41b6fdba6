#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "pkcs11/key_algorithms.h"
#include "pkcs11/key_catalog.h"
#include "pkcs11/sign_checks.h"
#include "tests/support/software_key.h"

namespace signet::test {

/// A Signer without a token: OpenSSL keys in memory behind the very catalog and checks that the real one uses.
class FakeSigner final : public pkcs11::Signer {
 public:
  explicit FakeSigner(std::string token_label);

  /// Adds a key pair of this type, seen at the next refresh() (the first one included).
  PublicKey add_key(const std::string& label, KeyType type, const std::function<void(pkcs11::TokenKey&)>& change = {});
  /// Takes every key with this label away, seen at the next refresh().
  void remove_key(const std::string& label);

  /// Adds a certificate object, seen as keys are.
  void add_certificate(const std::string& label, BytesView id, BytesView der);

  std::vector<pkcs11::KeyView> describe(std::span<const std::string> objects) const override;
  pkcs11::Served<void> refresh(pkcs11::Deadline deadline) override;
  pkcs11::Served<pkcs11::JoseSignature> sign(const pkcs11::SignOrder& order) override;
  /// As a new process image: what keys have signed with is forgotten.
  void forget() { algorithms_ = std::make_unique<pkcs11::KeyAlgorithms>(); }
  pkcs11::Served<void> probe(std::string_view object, pkcs11::Deadline deadline) override;

 private:
  pkcs11::TokenSurvey survey_;
  std::vector<pkcs11::TokenKey> keys_;
  std::vector<pkcs11::Attributes> certificates_;
  std::vector<std::shared_ptr<const SoftwareKey>> private_keys_;  ///< by TokenKey::handle
  std::unique_ptr<pkcs11::KeyCatalog> catalog_;
  pkcs11::PinnedKeys pinned_keys_;
  std::unique_ptr<pkcs11::KeyAlgorithms> algorithms_ = std::make_unique<pkcs11::KeyAlgorithms>();
};

}  // namespace signet::test
