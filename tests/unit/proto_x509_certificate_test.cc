#include <array>

#include <openssl/core_names.h>
#include <openssl/evp.h>

#include "proto/base64url.h"
#include "proto/openssl_handles.h"
#include "proto/x509_certificate.h"
#include "tests/support/matchers.h"
#include "tests/support/test_certificate.h"

using namespace signet;
using namespace std::chrono_literals;

namespace {

PublicKey generated() {
  const EvpKey key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
  std::array<unsigned char, 65> point{};
  std::size_t length = 0;
  REQUIRE(EVP_PKEY_get_octet_string_param(key.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size(), &length) ==
          1);
  const auto made = PublicKey::from_ec_point(KeyType::ec_p256, std::as_bytes(std::span(point)));
  REQUIRE_OK(made);
  return *made;
}

std::string openssl_thumbprint(const char* digest, BytesView der) {
  std::array<std::byte, EVP_MAX_MD_SIZE> octets{};
  std::size_t length = 0;
  REQUIRE(EVP_Q_digest(nullptr, digest, nullptr, der.data(), der.size(), writable_octets(octets), &length) == 1);
  return base64url_encode(std::span(octets).first(length));
}

}  // namespace

TEST_CASE("a certificate tells its key, its time and the thumbprints of its octets") {
  const PublicKey key = generated();
  const auto time = test::valid_now();
  const Bytes der = test::certificate_for(key, time);
  const auto read = X509Certificate::from_der(der);
  REQUIRE_OK(read);
  CHECK(read->der() == der);
  CHECK(read->public_key().spki_sha256() == key.spki_sha256());
  CHECK(read->not_before() == time.from);
  CHECK(read->not_after() == time.to);
  CHECK(read->sha1_thumbprint().size() == 27);
  CHECK(read->sha1_thumbprint() == openssl_thumbprint("SHA1", der));
  CHECK(read->sha256_thumbprint().size() == 43);
  CHECK(read->sha256_thumbprint() == openssl_thumbprint("SHA256", der));
}

TEST_CASE("a certificate is valid from its first second to its last") {
  const auto time = test::valid_now();
  const auto read = X509Certificate::from_der(test::certificate_for(generated(), time));
  REQUIRE_OK(read);
  CHECK_FALSE(read->is_valid_at(time.from - 1s));
  CHECK(read->is_valid_at(time.from));
  CHECK(read->is_valid_at(time.to));
  CHECK_FALSE(read->is_valid_at(time.to + 1s));
}

TEST_CASE("octets behind a certificate are no part of it") {
  const Bytes der = test::certificate_for(generated());
  Bytes padded = der;
  padded.resize(der.size() + 100);
  const auto read = X509Certificate::from_der(padded);
  REQUIRE_OK(read);
  CHECK(read->der() == der);
}

TEST_CASE("what is no certificate is refused") {
  Bytes der = test::certificate_for(generated());
  SECTION("nothing") { der.clear(); }
  SECTION("cut short") { der.pop_back(); }
  SECTION("PEM") { der = to_bytes("-----BEGIN CERTIFICATE-----"); }
  SECTION("another tag") { der.front() = std::byte{0x31}; }
  REQUIRE_ERROR(X509Certificate::from_der(der), ErrorCode::bad_input);
}
