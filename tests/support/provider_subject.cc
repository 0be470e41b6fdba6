#include "tests/support/provider_subject.h"

#include <stdexcept>

#include "host/secret.h"
#include "pkcs11/mechanisms.h"
#include "pkcs11/module.h"
#include "pkcs11/object_listing.h"
#include "pkcs11/session.h"
#include "pkcs11/survey.h"
#include "pkcs11/token_evp_key.h"
#include "tests/support/softhsm.h"
#include "tests/support/software_key.h"

namespace signet::test {
namespace {

using namespace signet::pkcs11;

template <class T, class E>
T need(Result<T, E> result, const char* what) {
  if (!result) throw std::runtime_error(what);
  return std::move(*result);
}

}  // namespace

std::shared_ptr<provider::LibraryContext> shared_context() {
  static const auto context = need(provider::LibraryContext::create(), "LibraryContext");
  return context;
}

struct ProviderSubject::Backend {
  virtual ~Backend() = default;
  virtual EVP_PKEY* key() const = 0;
  virtual const PublicKey& public_key() const = 0;
  std::shared_ptr<provider::LibraryContext> context = shared_context();
};

struct ProviderSubject::Software final : Backend {
  explicit Software(KeyType type) : signer(std::make_shared<SoftwareKey>(type)) {
    evp = need(context->make_key(signer), "make_key");
  }
  EVP_PKEY* key() const override { return evp.get(); }
  const PublicKey& public_key() const override { return *signer->public_key(); }
  std::shared_ptr<SoftwareKey> signer;
  std::shared_ptr<EVP_PKEY> evp;
};

struct ProviderSubject::OnSoftHsm final : Backend {
  explicit OnSoftHsm(KeyType type) : made(hsm.make_key({.label = "subject", .type = type})) {
    module = need(Module::load({.path = softhsm_module()}), "Module");
    const TokenSurvey token = need(find_token(*module, parse_pkcs11_uri(hsm.token_uri()).value()), "token");
    session.emplace(need(Session::open(module->functions(), token.slot, SessionMode::read_only), "session"));
    need(login(*session, CKU_USER, bytes_of(hsm.pin())), "login");
    const auto mechanisms = need(signing_mechanisms(module->functions(), token.slot), "mechanisms");
    keys = need(list_keys(*session, mechanisms), "keys");
    make_evp_keys(keys, context, token, mechanisms);
    loan.emplace(*keys.at(0).evp, *session, keys.at(0).handle);
  }
  EVP_PKEY* key() const override { return keys.at(0).evp->get(); }
  const PublicKey& public_key() const override { return made; }
  SoftHsm hsm;
  PublicKey made;
  std::unique_ptr<Module> module;
  std::optional<Session> session;
  std::vector<TokenKey> keys;
  std::optional<SessionLoan> loan;
};

ProviderSubject::ProviderSubject(const std::string& backend, KeyType type) {
  if (backend == "software")
    backend_ = std::make_unique<Software>(type);
  else
    backend_ = std::make_unique<OnSoftHsm>(type);
}

ProviderSubject::~ProviderSubject() = default;
EVP_PKEY* ProviderSubject::key() const { return backend_->key(); }
const provider::LibraryContext& ProviderSubject::context() const { return *backend_->context; }
const PublicKey& ProviderSubject::public_key() const { return backend_->public_key(); }

}  // namespace signet::test
