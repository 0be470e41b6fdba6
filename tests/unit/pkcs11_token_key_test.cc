#include "pkcs11/key_catalog.h"
#include "pkcs11/quirks.h"
#include "pkcs11/token_key.h"
#include "tests/support/catch.h"

namespace signet::pkcs11 {
namespace {

Bytes octets_of(CK_ULONG number) {
  return to_bytes(BytesView(reinterpret_cast<const std::byte*>(&number), sizeof number));
}
Bytes flag(bool value) { return {static_cast<std::byte>(value)}; }

Attributes good_ec_key() {
  Attributes attributes;
  attributes.set(CKA_KEY_TYPE, octets_of(CKK_EC));
  attributes.set(CKA_EC_PARAMS, ec_params_of(KeyType::ec_p256));
  attributes.set(CKA_LABEL, to_bytes("apple"));
  attributes.set(CKA_ID, to_bytes("\x01"));
  attributes.set(CKA_SENSITIVE, flag(true));
  attributes.set(CKA_EXTRACTABLE, flag(false));
  attributes.set(CKA_SIGN, flag(true));
  return attributes;
}

const std::set<CK_MECHANISM_TYPE> kAllMechanisms{CKM_ECDSA, CKM_RSA_PKCS, CKM_RSA_PKCS_PSS, CKM_EDDSA};

TokenKey judge(const Attributes& attributes) {
  return key_from_attributes(1, attributes, std::nullopt, kAllMechanisms);
}

}  // namespace

TEST_CASE("a sensitive key that cannot leave is usable", "[pkcs11]") {
  const TokenKey key = judge(good_ec_key());
  CHECK(key.unusable.empty());
  CHECK(key.algorithms == std::vector{Algorithm::es256});
  CHECK(canonical_uri(key) == "pkcs11:object=apple;id=%01");
}

TEST_CASE("what a module leaves out, or always answers alike, is no reason against a key", "[pkcs11]") {
  // NSS has no CKA_ALWAYS_AUTHENTICATE and calls no key local, not even one that it has just made.
  Attributes attributes = good_ec_key();
  attributes.set(CKA_LOCAL, flag(false));
  CHECK_FALSE(attributes.has(CKA_ALWAYS_AUTHENTICATE));
  const TokenKey key = judge(attributes);
  CHECK(key.unusable.empty());
  CHECK_FALSE(key.local);
  CHECK_FALSE(key.always_authenticate);
  attributes.set(CKA_SIGN, {});
  CHECK(judge(attributes).unusable.empty());
}

TEST_CASE("a key is not used when anything says it could leave, or nothing says it cannot", "[pkcs11]") {
  Attributes attributes = good_ec_key();
  SECTION("CKA_EXTRACTABLE is 1") { attributes.set(CKA_EXTRACTABLE, flag(true)); }
  SECTION("CKA_EXTRACTABLE is not told") { attributes.set(CKA_EXTRACTABLE, {}); }
  SECTION("CKA_SENSITIVE is 0") { attributes.set(CKA_SENSITIVE, flag(false)); }
  SECTION("CKA_SENSITIVE is not told") { attributes.set(CKA_SENSITIVE, {}); }
  SECTION("CKA_SENSITIVE has a wrong length") { attributes.set(CKA_SENSITIVE, octets_of(1)); }
  SECTION("it may not sign") { attributes.set(CKA_SIGN, flag(false)); }
  SECTION("it wants the PIN each time") { attributes.set(CKA_ALWAYS_AUTHENTICATE, flag(true)); }
  SECTION("its curve is unknown") { attributes.set(CKA_EC_PARAMS, to_bytes("?")); }
  SECTION("its type is unknown") { attributes.set(CKA_KEY_TYPE, octets_of(CKK_DSA)); }
  SECTION("RSA under 2048 bits") {
    attributes.set(CKA_KEY_TYPE, octets_of(CKK_RSA));
    attributes.set(CKA_MODULUS, Bytes(128, std::byte{0xff}));
  }
  CHECK_FALSE(judge(attributes).unusable.empty());
}

TEST_CASE("a key without a mechanism on its token is not used", "[pkcs11]") {
  const TokenKey key = key_from_attributes(1, good_ec_key(), std::nullopt, {CKM_RSA_PKCS});
  CHECK(key.unusable ==
        "the token lists no mechanism to sign with this key; it would need CKM_ECDSA or CKM_ECDSA_SHA256");
}

TEST_CASE("the name we give a key is one that we take, whatever the token calls it", "[pkcs11]") {
  TokenKey key = judge(good_ec_key());
  for (const std::string label : {"apple", "a b;c", "\xc3\xa9", "\xff\xfe"}) {
    key.label = label;
    const KeyCatalog catalog({}, {key});
    CHECK(catalog.find(canonical_uri(key)).has_value());
  }
  CHECK(canonical_uri(key) == "pkcs11:id=%01");
}

TEST_CASE("keys are found by label, id, both, or alone", "[pkcs11]") {
  TokenKey first = judge(good_ec_key());
  TokenKey second = first;
  second.id = to_bytes("\x02");
  TokenKey third = first;
  third.label = "other";
  third.id = to_bytes("\x03");
  const KeyCatalog catalog({.label = "build", .serial = "42"}, {first, second, third});
  CHECK(catalog.find("pkcs11:object=other").value()->id == third.id);
  CHECK(catalog.find("pkcs11:id=%02").value()->id == second.id);
  CHECK(catalog.find("pkcs11:object=apple;id=%01").value()->id == first.id);
  CHECK(catalog.find("pkcs11:token=build;serial=42;id=%03;type=private").value()->id == third.id);
  CHECK(catalog.find("pkcs11:object=apple").error().reason == RefusalReason::key_refused);
  CHECK(catalog.find("pkcs11:object=other;id=%01").error().reason == RefusalReason::no_such_key);
  CHECK(catalog.find("pkcs11:serial=43;id=%03").error().reason == RefusalReason::no_such_key);
  CHECK(catalog.find("pkcs11:").error().reason == RefusalReason::key_refused);
  CHECK(catalog.find("pkcs11:id=%03;type=cert").error().reason == RefusalReason::bad_request);
  CHECK(catalog.find("http://example.org").error().reason == RefusalReason::bad_request);
  const KeyCatalog lonely({}, {third});
  CHECK(lonely.find("pkcs11:type=private").has_value());
}

}  // namespace signet::pkcs11
