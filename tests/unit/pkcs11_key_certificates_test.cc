#include "pkcs11/key_certificates.h"
#include "tests/support/fake_signer.h"
#include "tests/support/matchers.h"
#include "tests/support/test_certificate.h"

namespace signet::pkcs11 {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::sys_seconds kNow{1'700'000'000s};

PublicKey some_key() { return *test::SoftwareKey(KeyType::ec_p256).public_key(); }

X509Certificate certificate(const PublicKey& key, std::chrono::seconds from, std::chrono::seconds to) {
  auto read = X509Certificate::from_der(test::certificate_for(key, {kNow + from, kNow + to}));
  REQUIRE_OK(read);
  return *read;
}

Attributes object(std::string_view id, std::string_view label, BytesView der, CK_ULONG type = CKC_X_509) {
  Attributes attributes;
  attributes.set(CKA_ID, to_bytes(id));
  attributes.set(CKA_LABEL, to_bytes(label));
  attributes.set(CKA_CERTIFICATE_TYPE, to_bytes(std::as_bytes(std::span(&type, 1))));
  attributes.set(CKA_VALUE, to_bytes(der));
  return attributes;
}

TokenKey token_key(std::string_view id, std::string label, std::optional<PublicKey> public_key) {
  return {.id = to_bytes(id), .label = std::move(label), .type = KeyType::ec_p256, .public_key = std::move(public_key)};
}

}  // namespace

TEST_CASE("of several certificates the valid one that began last is used", "[pkcs11]") {
  const PublicKey key = some_key();
  const X509Certificate expired = certificate(key, -20h, -1h);
  const X509Certificate old = certificate(key, -30h, 10h);
  const X509Certificate fresh = certificate(key, -10h, 5h);
  const X509Certificate future = certificate(key, 1h, 50h);
  const auto choose = [](std::vector<X509Certificate> among) {
    const auto* chosen = choose_certificate(among, kNow);
    return chosen != nullptr ? chosen->der() : Bytes{};
  };
  CHECK(choose({expired, old, fresh, future}) == fresh.der());
  CHECK(choose({future, fresh, old, expired}) == fresh.der());
  CHECK(choose({future, old}) == old.der());
  CHECK(choose({future, expired}) == expired.der());
  CHECK(choose({future}) == future.der());
  CHECK(choose({}).empty());
}

TEST_CASE("one certificate follows the other without a new listing", "[pkcs11]") {
  const PublicKey key = some_key();
  const std::vector both{certificate(key, -10h, 1h), certificate(key, 1h, 50h)};
  CHECK(choose_certificate(both, kNow)->der() == both[0].der());
  CHECK(choose_certificate(both, kNow + 1h)->der() == both[1].der());
}

TEST_CASE("a certificate goes to the key of its id whose public key it holds", "[pkcs11]") {
  const PublicKey one = some_key();
  const PublicKey other = some_key();
  const Bytes der = test::certificate_for(one);
  std::vector keys{token_key("1", "one", one), token_key("2", "other", other), token_key("", "one", one)};
  SECTION("by id") {
    give_certificates(std::array{object("1", "any", der)}, keys);
    REQUIRE(keys[0].certificates.size() == 1);
    CHECK(keys[0].certificates[0].der() == der);
    CHECK(keys[2].certificates.empty());
  }
  SECTION("by label where the id is empty") {
    give_certificates(std::array{object("", "one", der)}, keys);
    CHECK(keys[0].certificates.empty());
    CHECK(keys[2].certificates.size() == 1);
  }
  SECTION("never under another key's id") {
    give_certificates(std::array{object("2", "other", der)}, keys);
    for (const TokenKey& key : keys) CHECK(key.certificates.empty());
  }
  SECTION("not of another type, and not what cannot be read") {
    give_certificates(std::array{object("1", "one", der, CKC_WTLS), object("1", "one", to_bytes("no certificate"))},
                      keys);
    for (const TokenKey& key : keys) CHECK(key.certificates.empty());
  }
  CHECK(keys[1].certificates.empty());
  for (const TokenKey& key : keys) CHECK(key.unusable.empty());
}

TEST_CASE("a key without a public half takes that of its certificates where they agree", "[pkcs11]") {
  const PublicKey one = some_key();
  const auto first = object("1", "key", test::certificate_for(one));
  std::vector keys{token_key("1", "key", std::nullopt)};
  SECTION("they do") {
    give_certificates(std::array{first, object("1", "key", test::certificate_for(one))}, keys);
    REQUIRE(keys[0].public_key.has_value());
    CHECK(keys[0].public_key->spki_sha256() == one.spki_sha256());
    CHECK(keys[0].certificates.size() == 2);
    CHECK(keys[0].unusable.empty());
  }
  SECTION("they do not") {
    give_certificates(std::array{first, object("1", "key", test::certificate_for(some_key()))}, keys);
    CHECK_FALSE(keys[0].public_key.has_value());
    CHECK(keys[0].certificates.empty());
    CHECK_FALSE(keys[0].unusable.empty());
  }
}

}  // namespace signet::pkcs11
