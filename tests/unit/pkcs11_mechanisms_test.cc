#include <fstream>

#include "pkcs11/mechanisms.h"
#include "pkcs11/object_listing.h"
#include "pkcs11/survey.h"
#include "pkcs11/token_evp_key.h"
#include "tests/support/matchers.h"
#include "tests/support/softhsm.h"

namespace signet::pkcs11 {
namespace {

using Listed = std::set<CK_MECHANISM_TYPE>;

std::optional<TokenMechanism> choose(Algorithm algorithm, const Listed& listed) {
  return choose_mechanism(provider::kind_of(algorithm), listed);
}

}  // namespace

TEST_CASE("messages are hashed here where the token signs digests", "[pkcs11]") {
  const Listed both{CKM_ECDSA,        CKM_ECDSA_SHA256,        CKM_RSA_PKCS, CKM_SHA256_RSA_PKCS,
                    CKM_RSA_PKCS_PSS, CKM_SHA256_RSA_PKCS_PSS, CKM_EDDSA};
  CHECK(choose(Algorithm::es256, both) == TokenMechanism{CKM_ECDSA, SigningInput::digest});
  CHECK(choose(Algorithm::es512, both) == TokenMechanism{CKM_ECDSA, SigningInput::digest});
  CHECK(choose(Algorithm::rs256, both) == TokenMechanism{CKM_RSA_PKCS, SigningInput::digest});
  CHECK(choose(Algorithm::ps384, both) == TokenMechanism{CKM_RSA_PKCS_PSS, SigningInput::digest});
  CHECK(choose(Algorithm::eddsa, both) == TokenMechanism{CKM_EDDSA, SigningInput::message});
}

TEST_CASE("a token that only hashes itself gets whole messages, for the hashes it has", "[pkcs11]") {
  const Listed hashing{CKM_ECDSA_SHA256, CKM_ECDSA_SHA384, CKM_SHA512_RSA_PKCS, CKM_SHA256_RSA_PKCS_PSS};
  CHECK(choose(Algorithm::es256, hashing) == TokenMechanism{CKM_ECDSA_SHA256, SigningInput::message});
  CHECK(choose(Algorithm::es384, hashing) == TokenMechanism{CKM_ECDSA_SHA384, SigningInput::message});
  CHECK_FALSE(choose(Algorithm::es512, hashing));
  CHECK(choose(Algorithm::rs512, hashing) == TokenMechanism{CKM_SHA512_RSA_PKCS, SigningInput::message});
  CHECK_FALSE(choose(Algorithm::rs256, hashing));
  CHECK(choose(Algorithm::ps256, hashing) == TokenMechanism{CKM_SHA256_RSA_PKCS_PSS, SigningInput::message});
  CHECK_FALSE(choose(Algorithm::eddsa, hashing));
  CHECK_FALSE(choose_mechanism({Scheme::ecdsa, Hash::none}, hashing));
  CHECK(usable_algorithms(KeyType::rsa, hashing) == std::vector{Algorithm::rs512, Algorithm::ps256});
  CHECK(usable_algorithms(KeyType::ec_p521, hashing).empty());
}

TEST_CASE("the wanted mechanisms are named for each type of key", "[pkcs11]") {
  CHECK(wanted_mechanisms(KeyType::ec_p256) == "CKM_ECDSA or CKM_ECDSA_SHA256");
  CHECK(wanted_mechanisms(KeyType::ec_p384) == "CKM_ECDSA or CKM_ECDSA_SHA384");
  CHECK(wanted_mechanisms(KeyType::ec_p521) == "CKM_ECDSA or CKM_ECDSA_SHA512");
  CHECK(wanted_mechanisms(KeyType::ed25519) == "CKM_EDDSA");
  CHECK(wanted_mechanisms(KeyType::rsa).find("CKM_SHA256_RSA_PKCS_PSS") != std::string::npos);
}

TEST_CASE("PSS parameters go with every PSS mechanism, and with no other", "[pkcs11]") {
  SignMechanism hashing(CKM_SHA384_RSA_PKCS_PSS, {Scheme::rsa_pss, Hash::sha384});
  REQUIRE(hashing.get()->ulParameterLen == sizeof(CK_RSA_PKCS_PSS_PARAMS));
  const auto* parameters = static_cast<const CK_RSA_PKCS_PSS_PARAMS*>(hashing.get()->pParameter);
  CHECK(parameters->hashAlg == CKM_SHA384);
  CHECK(parameters->mgf == CKG_MGF1_SHA384);
  CHECK(parameters->sLen == 48);
  SignMechanism plain(CKM_SHA384_RSA_PKCS, {Scheme::rsa_pkcs1, Hash::sha384});
  CHECK(plain.get()->pParameter == nullptr);
}

TEST_CASE("a digest for CKM_RSA_PKCS stands in a DigestInfo, all else goes as it is", "[pkcs11]") {
  const Bytes digest(32, std::byte{5});
  CHECK(sign_input({CKM_ECDSA, SigningInput::digest}, Hash::sha256, digest) == digest);
  CHECK(sign_input({CKM_RSA_PKCS_PSS, SigningInput::digest}, Hash::sha256, digest) == digest);
  CHECK(sign_input({CKM_SHA256_RSA_PKCS, SigningInput::message}, Hash::sha256, digest) == digest);
  const Bytes info = sign_input({CKM_RSA_PKCS, SigningInput::digest}, Hash::sha256, digest);
  CHECK(info.size() == 51);
  CHECK(Bytes(info.end() - 32, info.end()) == digest);
  CHECK(sign_input({CKM_RSA_PKCS, SigningInput::digest}, Hash::sha512, Bytes(64)).size() == 83);
}

TEST_CASE("SoftHSM with hashing mechanisms alone signs whole messages", "[pkcs11]") {
  const test::SoftHsm hsm;
  const PublicKey public_key = hsm.make_key({.label = "rsa", .type = KeyType::rsa});
  std::ofstream(hsm.configuration_file(), std::ios::app)
      << "slots.mechanisms = CKM_SHA256_RSA_PKCS,CKM_SHA384_RSA_PKCS,CKM_SHA512_RSA_PKCS,CKM_SHA256_RSA_PKCS_PSS,"
         "CKM_SHA384_RSA_PKCS_PSS,CKM_SHA512_RSA_PKCS_PSS\n";
  const auto module = Module::load({.path = test::softhsm_module()});
  REQUIRE_OK(module);
  const auto token = find_token(**module, parse_pkcs11_uri(hsm.token_uri()).value());
  REQUIRE_OK(token);
  const auto session = Session::open((*module)->functions(), token->slot, SessionMode::read_only);
  REQUIRE(session.has_value());
  REQUIRE(login(*session, CKU_USER, bytes_of(hsm.pin())).has_value());
  const auto mechanisms = signing_mechanisms((*module)->functions(), token->slot);
  REQUIRE(mechanisms.has_value());
  CHECK_FALSE(mechanisms->contains(CKM_RSA_PKCS));
  auto keys = list_keys(*session, *mechanisms);
  REQUIRE(keys.has_value());
  REQUIRE(keys->size() == 1);
  const auto context = provider::LibraryContext::create();
  REQUIRE_OK(context);
  make_evp_keys(*keys, *context, *token, *mechanisms);
  const TokenKey& key = keys->front();
  REQUIRE(key.algorithms.size() == 6);
  for (const Algorithm algorithm : key.algorithms) {
    INFO(jose_name(algorithm));
    const std::string message(5000, 'm');
    const auto signature = key.evp->sign(*session, key.handle, algorithm, bytes_of(message));
    if (!signature) FAIL(signature.error().text);
    CHECK(public_key.verify(algorithm, bytes_of(message), *signature).has_value());
  }
}

}  // namespace signet::pkcs11
