#pragma once

#include <optional>
#include <string>

#include "proto/algorithm.h"
#include "proto/public_key.h"
#include "tests/support/scratch_directory.h"

namespace signet::test {

/// Where the distribution has SoftHSM; overridden by $SOFTHSM2_MODULE.
std::string softhsm_module();

enum class KeyFlaw { none, extractable, not_sensitive, no_sign };

/// What a key made for a test is like; RSA is made with 2048 bits unless said otherwise.
struct KeySpec {
  std::string label;
  std::string id_hex = "01";
  KeyType type = KeyType::ec_p256;
  KeyFlaw flaw = KeyFlaw::none;
  bool keep_public_object = true;
  int rsa_bits = 2048;
};

/// A throw-away SoftHSM store with one initialised token. Sets SOFTHSM2_CONF in this process's environment (one store
/// at a time; make it before the first thread). Throws where SoftHSM is missing or fails: a test without its token has
/// to fail.
class SoftHsm {
 public:
  explicit SoftHsm(std::string label = "signet-test", std::string pin = "4711-Sesame");
  SoftHsm(const SoftHsm&) = delete;
  SoftHsm& operator=(const SoftHsm&) = delete;
  ~SoftHsm();

  const std::string& label() const { return label_; }
  const std::string& pin() const { return pin_; }
  const std::string& so_pin() const { return so_pin_; }
  std::string token_uri() const { return "pkcs11:token=" + label_; }
  /// The store's directory, SOFTHSM2_CONF's file and the PIN file.
  const ScratchDirectory& directory() const { return directory_; }
  std::string configuration_file() const { return directory_.file("softhsm2.conf"); }
  std::string token_directory() const { return directory_.file("tokens"); }
  std::string pin_file() const { return directory_.file("pin"); }

  /// A key pair made on the token, sensitive and not extractable but for the flaw asked for, label and CKA_ID as given;
  /// its public key. Made by a process of its own, so that the test stays free to initialise the module as it likes.
  /// Nothing where PublicKey itself refuses the key: RSA under 2048 bits.
  std::optional<PublicKey> try_make_key(const KeySpec& spec) const;
  PublicKey make_key(const KeySpec& spec) const;

 private:
  ScratchDirectory directory_;
  std::string label_;
  std::string pin_;
  std::string so_pin_ = "so-4711-Sesame";
};

}  // namespace signet::test
