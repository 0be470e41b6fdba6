#pragma once

#include <memory>

#include "pkcs11/token_opening.h"
#include "tests/support/fake_signer.h"
#include "tests/support/nss_database.h"
#include "tests/support/p11_kit_remoting.h"
#include "tests/support/software_tpm.h"

namespace signet::test {

/// A signer under test, and how keys come onto its token and go again. One thread, but for the signer itself.
class Subject {
 public:
  virtual ~Subject() = default;
  virtual TokenAbilities abilities() const = 0;
  /// What names the token in a URI: "token=LABEL".
  virtual std::string token() const = 0;
  /// Keys added after open() are seen after refresh(), where abilities() says so.
  virtual PublicKey add_key(const KeySpec& spec) = 0;
  virtual void remove_key(const std::string& label) = 0;
  /// These octets stored as a certificate; seen as keys are.
  virtual void add_certificate(const std::string& label, const std::string& id_hex, BytesView der) = 0;
  /// Makes signer() usable, with that many sessions; again, as a new process image would, with nothing remembered.
  virtual void open(int sessions) = 0;
  virtual pkcs11::Signer& signer() = 0;

 protected:
  Subject() = default;
  Subject(const Subject&) = default;
  Subject& operator=(const Subject&) = default;
};

/// OpenSSL keys in memory.
class FakeSubject final : public Subject {
 public:
  TokenAbilities abilities() const override;
  std::string token() const override { return "token=signet-test"; }
  PublicKey add_key(const KeySpec& spec) override;
  void remove_key(const std::string& label) override { signer_.remove_key(label); }
  void add_certificate(const std::string& label, const std::string& id_hex, BytesView der) override;
  void open(int) override;
  pkcs11::Signer& signer() override { return signer_; }

 private:
  FakeSigner signer_{"signet-test"};
};

/// The product's own way from a configured token to a signer, over a real module.
class ModuleSubject final : public Subject {
 public:
  explicit ModuleSubject(std::unique_ptr<TestToken> token) : token_(std::move(token)) {}
  TokenAbilities abilities() const override { return token_->abilities(); }
  std::string token() const override { return token_->token_uri().substr(std::string("pkcs11:").size()); }
  PublicKey add_key(const KeySpec& spec) override { return token_->make_key(spec); }
  void remove_key(const std::string& label) override { token_->remove_key(label); }
  void add_certificate(const std::string& label, const std::string& id_hex, BytesView der) override {
    token_->store_certificate(label, id_hex, der);
  }
  void open(int sessions) override;
  pkcs11::Signer& signer() override { return *signer_; }

 private:
  std::unique_ptr<TestToken> token_;
  pkcs11::TokenConfig config_;
  std::unique_ptr<pkcs11::CallWatch> watch_;
  std::unique_ptr<pkcs11::Pkcs11Signer> signer_;
};

/// Types that name the subjects to TEMPLATE_TEST_CASE, each with its own make().
struct Fake {
  static std::unique_ptr<Subject> make() { return std::make_unique<FakeSubject>(); }
};
template <class Token>
struct Over {
  static std::unique_ptr<Subject> make() { return std::make_unique<ModuleSubject>(std::make_unique<Token>()); }
};

}  // namespace signet::test
