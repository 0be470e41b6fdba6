#pragma once

#include <list>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "proto/algorithm.h"
#include "proto/public_key.h"
#include "tests/support/environment_variable.h"
#include "tests/support/scratch_directory.h"

namespace signet::test {

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

/// What a token of this kind can do, as far as modules differ. Tests hold it to exactly this.
struct TokenAbilities {
  std::vector<KeyType> key_types;     ///< of which it makes keys
  std::vector<KeyType> imports;       ///< of which signet-admin brings keys into it
  std::vector<Algorithm> algorithms;  ///< that it signs with, through this module
  bool makes_exportable_keys;         ///< CKA_EXTRACTABLE may be asked for
  bool hides_public_halves;           ///< an EC key without its public object does not show what that was
  bool tells_made_here;               ///< CKA_LOCAL of a key made in it
  /// A process sees what another has made or removed since it began; where not, it signs with keys removed meanwhile.
  bool shows_others_changes;
};

/// A throw-away token of a real PKCS#11 module, initialised, with a user PIN. What a process needs in its environment
/// to use the module is set in this one's while the object lives: one token of a kind at a time, made before the first
/// thread. Constructors throw where software is missing or fails: a test without its token has to fail.
class TestToken {
 public:
  TestToken(const TestToken&) = delete;
  TestToken& operator=(const TestToken&) = delete;
  virtual ~TestToken() = default;

  virtual TokenAbilities abilities() const = 0;
  const std::string& module() const { return module_; }
  /// pReserved of C_Initialize; mostly empty.
  const std::string& module_args() const { return module_args_; }
  const std::string& label() const { return label_; }
  const std::string& pin() const { return pin_; }
  std::string token_uri() const;
  /// Removed with everything in it; holds the PIN file and whatever the module keeps.
  const ScratchDirectory& directory() const { return directory_; }
  std::string pin_file() const { return directory_.file("pin"); }
  /// What a process that loads the module needs.
  const std::map<std::string, std::string>& environment() const { return environment_; }

  /// A key pair made on the token, sensitive and not extractable but for the flaw asked for, label and CKA_ID as given;
  /// its public key. Made by a process of its own, so that the test stays free to initialise the module as it likes.
  /// Nothing where PublicKey itself refuses the key: RSA under 2048 bits.
  virtual std::optional<PublicKey> try_make_key(const KeySpec& spec) const;
  PublicKey make_key(const KeySpec& spec) const;
  /// Stores the octets as an X.509 certificate, by a process of its own.
  void store_certificate(const std::string& label, const std::string& id_hex, BytesView der) const;
  /// Removes every object with this label, by a process of its own.
  virtual void remove_key(const std::string& label) const;

 protected:
  TestToken(std::string module, std::string label, std::string pin);
  void set_module_args(std::string module_args) { module_args_ = std::move(module_args); }
  void set_variable(const std::string& name, const std::string& value);

 private:
  ScratchDirectory directory_;
  std::string module_;
  std::string module_args_;
  std::string label_;
  std::string pin_;
  std::map<std::string, std::string> environment_;
  std::list<EnvironmentVariable> set_here_;
};

}  // namespace signet::test
