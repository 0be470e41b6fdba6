#include <algorithm>
#include <array>
#include <atomic>
#include <thread>

#include "pkcs11/mechanisms.h"
#include "pkcs11/object_listing.h"
#include "pkcs11/survey.h"
#include "pkcs11/token_evp_key.h"
#include "proto/openssl_handles.h"
#include "tests/support/matchers.h"
#include "tests/support/provider_subject.h"
#include "tests/support/softhsm.h"

namespace signet::pkcs11 {
namespace {

const std::string kMessage = "message";

/// Two keys on a SoftHSM token, listed, with their EVP_PKEYs.
struct Token {
  test::SoftHsm hsm;
  PublicKey one = hsm.make_key({.label = "one", .id_hex = "01"});
  PublicKey two = hsm.make_key({.label = "two", .id_hex = "02"});
  std::unique_ptr<Module> module = std::move(Module::load({.path = test::softhsm_module()}).value());
  TokenSurvey survey = find_token(*module, parse_pkcs11_uri(hsm.token_uri()).value()).value();
  Session session = open();
  std::vector<TokenKey> keys{};

  Token() {
    REQUIRE(login(session, CKU_USER, bytes_of(hsm.pin())).has_value());
    const auto mechanisms = signing_mechanisms(module->functions(), survey.slot).value();
    keys = list_keys(session, mechanisms).value();
    make_evp_keys(keys, test::shared_context(), survey, mechanisms);
  }
  Session open() const {
    return std::move(Session::open(module->functions(), survey.slot, SessionMode::read_only).value());
  }
  const TokenKey& key(const std::string& label) const { return *std::ranges::find(keys, label, &TokenKey::label); }
};

}  // namespace

TEST_CASE("one EVP_PKEY signs on several sessions at once", "[pkcs11]") {
  const Token token;
  const TokenKey& key = token.key("one");
  std::atomic<int> good{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, session = token.open()] {
      for (int round = 0; round < 25; ++round) {
        const auto signature = key.evp->sign(session, key.handle, Algorithm::es256, bytes_of(kMessage));
        if (signature && token.one.verify(Algorithm::es256, bytes_of(kMessage), *signature)) ++good;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(good == 4 * 25);
}

TEST_CASE("the call of the module that failed comes back with its return value", "[pkcs11]") {
  const Token token;
  const auto signature =
      token.key("one").evp->sign(token.session, CK_INVALID_HANDLE, Algorithm::es256, bytes_of(kMessage));
  REQUIRE_FALSE(signature.has_value());
  REQUIRE(signature.error().call);
  CHECK(std::string(signature.error().call->function) == "C_SignInit");
  CHECK(ckr_class(signature.error().call->rv) == CkrClass::stale_key);
  CHECK(signature.error().text.find("key \"one\" (id 01) of token " + token.survey.serial + ": C_SignInit answered") !=
        std::string::npos);
}

TEST_CASE("a signature without a session, or on one lent to another key, is refused by name", "[pkcs11]") {
  const Token token;
  const TokenKey& one = token.key("one");
  const TokenKey& two = token.key("two");
  const auto sign = [&] {
    const EvpDigestContext context(EVP_MD_CTX_new());
    std::array<unsigned char, 256> out{};
    std::size_t length = out.size();
    REQUIRE(EVP_DigestSignInit_ex(context.get(), nullptr, "SHA256", one.evp->context().handle(), provider::kProperties,
                                  one.evp->get(), nullptr) == 1);
    return EVP_DigestSign(context.get(), out.data(), &length, out.data(), 1);
  };
  CHECK(sign() != 1);
  CHECK(provider::drain_errors().find("no session is lent to this call") != std::string::npos);
  {
    const SessionLoan loan(*two.evp, token.session, two.handle);
    CHECK(sign() != 1);
    CHECK(provider::drain_errors().find("no session is lent to this call") != std::string::npos);
  }
  const SessionLoan loan(*one.evp, token.session, one.handle);
  CHECK(sign() == 1);
  CHECK_FALSE(loan.failure());
}

TEST_CASE("without OpenSSL's context every key says that it cannot be used", "[pkcs11]") {
  TokenKey key{.type = KeyType::ec_p256};
  TokenKey refused{.type = KeyType::ec_p256, .unusable = "could leave"};
  std::array keys{key, refused};
  make_evp_keys(keys, nullptr, {}, {});
  CHECK(keys[0].unusable.find("OpenSSL") != std::string::npos);
  CHECK(keys[1].unusable == "could leave");
}

}  // namespace signet::pkcs11
