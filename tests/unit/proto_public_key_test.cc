#include <memory>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "proto/base64url.h"
#include "proto/ecdsa_twin.h"
#include "proto/jws.h"
#include "proto/openssl_handles.h"
#include "proto/public_key.h"
#include "tests/support/catch.h"
#include "tests/support/matchers.h"
#include "tests/unit/proto_rfc_vectors.h"

using namespace signet;
using namespace signet::testing;

namespace {

EvpKey generate(const char* type, const char* detail) {
  if (std::string_view(type) == "EC") return EvpKey(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", detail));
  if (std::string_view(type) == "RSA") return EvpKey(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{1024}));
  return EvpKey(EVP_PKEY_Q_keygen(nullptr, nullptr, type));
}

Bytes spki_of(const EVP_PKEY* key) {
  unsigned char* der = nullptr;
  const int length = i2d_PUBKEY(key, &der);
  REQUIRE(length > 0);
  Bytes spki = to_bytes(std::as_bytes(std::span(der, static_cast<std::size_t>(length))));
  OPENSSL_free(der);
  return spki;
}

Bytes sign_der(EVP_PKEY* key, std::string_view message, const char* hash = "SHA256") {
  const EvpDigestContext context(EVP_MD_CTX_new());
  REQUIRE(EVP_DigestSignInit_ex(context.get(), nullptr, hash, nullptr, nullptr, key, nullptr) == 1);
  std::size_t length = 0;
  REQUIRE(EVP_DigestSign(context.get(), nullptr, &length, octets(bytes_of(message)), message.size()) == 1);
  Bytes signature(length);
  REQUIRE(EVP_DigestSign(context.get(), writable_octets(signature), &length, octets(bytes_of(message)),
                         message.size()) == 1);
  signature.resize(length);
  return signature;
}

}  // namespace

TEST_CASE("thumbprints are those of the RFCs") {
  const std::vector<ThumbprintVector> vectors = thumbprint_vectors();
  REQUIRE(vectors.size() == 2);
  for (const ThumbprintVector& vector : vectors) {
    INFO(vector.where);
    CHECK(key_from_jwk(vector.jwk).thumbprint() == vector.thumbprint);
  }
}

TEST_CASE("a key's JWK is the one it came from, leading zero octets and all") {
  for (const SignatureVector& vector : signature_vectors()) {
    INFO(vector.where);
    CHECK(key_from_jwk(vector.jwk).jwk() == vector.jwk);
  }
  const SignatureVector p521 = signature_vector("rfc7520.json 4.3");
  CHECK(base64url_decode(p521.jwk.at("x"))->front() == std::byte{0});
}

TEST_CASE("SPKI and PEM lead back to the same key") {
  for (const SignatureVector& vector : signature_vectors()) {
    INFO(vector.where);
    const PublicKey key = key_from_jwk(vector.jwk);
    const Result<PublicKey> from_spki = PublicKey::from_spki(key.spki());
    const Result<PublicKey> from_pem = PublicKey::from_pem(key.pem());
    REQUIRE_OK(from_spki);
    REQUIRE_OK(from_pem);
    CHECK(from_spki->spki() == key.spki());
    CHECK(from_pem->spki() == key.spki());
    CHECK(key.pin() == "sha256:" + hex(sha256(key.spki())));
    CHECK(key.spki_sha256() == sha256(key.spki()));
  }
}

TEST_CASE("a key says what it is and which algorithms it serves") {
  const PublicKey rsa = key_from_jwk(signature_vector("rfc7515.json A.2").jwk);
  CHECK(rsa.type() == KeyType::rsa);
  CHECK(rsa.bits() == 2048);
  CHECK(rsa.fits(Algorithm::ps512));
  CHECK_FALSE(rsa.fits(Algorithm::es256));
  const PublicKey p256 = key_from_jwk(signature_vector("rfc7515.json A.3").jwk);
  CHECK(p256.type() == KeyType::ec_p256);
  CHECK(p256.bits() == 256);
  CHECK(p256.fits(Algorithm::es256));
  CHECK_FALSE(p256.fits(Algorithm::es384));
  const PublicKey p521 = key_from_jwk(signature_vector("rfc7515.json A.4").jwk);
  CHECK(p521.bits() == 521);
  const PublicKey ed25519 = key_from_jwk(signature_vector("rfc8037.json A.4").jwk);
  CHECK(ed25519.bits() == 255);
  CHECK(ed25519.fits(Algorithm::eddsa));
  CHECK(ed25519.fits(Algorithm::ed25519));
}

TEST_CASE("the same Ed25519 signature verifies under both names") {
  const SignatureVector vector = signature_vector("rfc8037.json A.4");
  const Result<JwsParts> parts = parse_compact_jws(vector.jws);
  REQUIRE_OK(key_from_jwk(vector.jwk).verify(Algorithm::ed25519, bytes_of(parts->signing_input), parts->signature));
}

TEST_CASE("a signature verifies against the digest at hand") {
  for (const char* where : {"rfc7515.json A.3", "rfc7520.json 4.2", "rfc8037.json A.4"}) {
    const SignatureVector vector = signature_vector(where);
    const Result<JwsParts> parts = parse_compact_jws(vector.jws);
    const Bytes digest = hash_message(algorithm_info(vector.algorithm).hash, bytes_of(parts->signing_input));
    REQUIRE_OK(key_from_jwk(vector.jwk).verify_digest(vector.algorithm, digest, parts->signature));
  }
}

TEST_CASE("a digest of another length is refused") {
  for (const char* where : {"rfc7515.json A.3", "rfc7520.json 4.2"}) {
    const SignatureVector vector = signature_vector(where);
    const Result<JwsParts> parts = parse_compact_jws(vector.jws);
    const Bytes digest = hash_message(algorithm_info(vector.algorithm).hash, bytes_of(parts->signing_input));
    const PublicKey key = key_from_jwk(vector.jwk);
    REQUIRE_ERROR(key.verify_digest(vector.algorithm, BytesView(digest).first(digest.size() - 1), parts->signature),
                  ErrorCode::bad_input);
    REQUIRE_ERROR(key.verify_digest(vector.algorithm, {}, parts->signature), ErrorCode::bad_input);
  }
}

TEST_CASE("a signature is refused under another algorithm, another length or another key") {
  const SignatureVector rs256 = signature_vector("rfc7515.json A.2");
  const Result<JwsParts> parts = parse_compact_jws(rs256.jws);
  const PublicKey rsa = key_from_jwk(rs256.jwk);
  const BytesView message = bytes_of(parts->signing_input);
  REQUIRE_ERROR(rsa.verify(Algorithm::rs384, message, parts->signature), ErrorCode::bad_input);
  REQUIRE_ERROR(rsa.verify(Algorithm::ps256, message, parts->signature), ErrorCode::bad_input);
  REQUIRE_ERROR(rsa.verify(Algorithm::es256, message, parts->signature), ErrorCode::bad_input);
  REQUIRE_ERROR(rsa.verify(Algorithm::rs256, message, BytesView(parts->signature).first(255)), ErrorCode::bad_input);
  REQUIRE_ERROR(rsa.verify(Algorithm::rs256, message, {}), ErrorCode::bad_input);
  const PublicKey other = key_from_jwk(signature_vector("rfc7520.json 4.1").jwk);
  REQUIRE_ERROR(other.verify(Algorithm::rs256, message, parts->signature), ErrorCode::bad_input);
}

TEST_CASE("an ECDSA signature in DER is no JOSE signature, and converts both ways") {
  const EvpKey key = generate("EC", "P-256");
  const Result<PublicKey> public_key = PublicKey::from_spki(spki_of(key.get()));
  REQUIRE_OK(public_key);
  bool short_r_or_s = false;
  // One signature in 128 has an r or s with a leading zero octet; 2,000 miss it once in six million runs.
  for (int i = 0; i < 2000; ++i) {
    const std::string message = "message " + std::to_string(i);
    const Bytes der = sign_der(key.get(), message);
    const Result<Bytes> raw = ecdsa_der_to_raw(der, 32);
    REQUIRE_OK(raw);
    REQUIRE(raw->size() == 64);
    REQUIRE(*ecdsa_raw_to_der(*raw) == der);
    REQUIRE_OK(public_key->verify(Algorithm::es256, bytes_of(message), *raw));
    if (i == 0) REQUIRE_ERROR(public_key->verify(Algorithm::es256, bytes_of(message), der), ErrorCode::bad_input);
    short_r_or_s = short_r_or_s || raw->front() == std::byte{0} || (*raw)[32] == std::byte{0};
  }
  CHECK(short_r_or_s);
}

TEST_CASE("an ECDSA signature has one twin, which verifies as well") {
  struct Curve {
    const char* name;
    const char* hash;
    Algorithm algorithm;
    std::size_t field_bytes;
  };
  for (const auto& curve :
       {Curve{"P-256", "SHA256", Algorithm::es256, 32}, Curve{"P-384", "SHA384", Algorithm::es384, 48},
        Curve{"P-521", "SHA512", Algorithm::es512, 66}}) {
    const EvpKey key = generate("EC", curve.name);
    const auto raw = ecdsa_der_to_raw(sign_der(key.get(), "message", curve.hash), curve.field_bytes);
    REQUIRE_OK(raw);
    const auto twin = ecdsa_twin(*raw, curve.algorithm);
    REQUIRE(twin);
    CHECK(*twin != *raw);
    REQUIRE_OK(PublicKey::from_spki(spki_of(key.get()))->verify(curve.algorithm, bytes_of("message"), *twin));
    CHECK(ecdsa_twin(*twin, curve.algorithm) == *raw);
    CHECK_FALSE(ecdsa_twin(BytesView(*raw).first(raw->size() - 1), curve.algorithm));
    CHECK_FALSE(ecdsa_twin(Bytes(raw->size(), std::byte{0}), curve.algorithm));
    CHECK_FALSE(ecdsa_twin(Bytes(raw->size(), std::byte{0xff}), curve.algorithm));
  }
  CHECK_FALSE(ecdsa_twin(Bytes(64, std::byte{1}), Algorithm::eddsa));
  CHECK_FALSE(ecdsa_twin({}, Algorithm::rs256));
}

TEST_CASE("ECDSA signature forms of other lengths or with other octets are refused") {
  const Bytes der = *ecdsa_raw_to_der(Bytes(64, std::byte{1}));
  REQUIRE_OK(ecdsa_der_to_raw(der, 32));
  REQUIRE_OK(ecdsa_der_to_raw(der, 66));
  Bytes trailing = der;
  trailing.push_back(std::byte{0});
  REQUIRE_ERROR(ecdsa_der_to_raw(trailing, 32), ErrorCode::bad_input);
  REQUIRE_ERROR(ecdsa_der_to_raw(BytesView(der).first(der.size() - 1), 32), ErrorCode::bad_input);
  REQUIRE_ERROR(ecdsa_der_to_raw(*ecdsa_raw_to_der(Bytes(96, std::byte{1})), 32), ErrorCode::bad_input);
  REQUIRE_ERROR(ecdsa_der_to_raw(der, 31), ErrorCode::bad_input);
  REQUIRE_ERROR(ecdsa_der_to_raw({}, 32), ErrorCode::bad_input);
  Bytes long_form = der;  // 30 81 LENGTH instead of 30 LENGTH
  long_form.insert(long_form.begin() + 1, std::byte{0x81});
  REQUIRE_ERROR(ecdsa_der_to_raw(long_form, 32), ErrorCode::bad_input);
  REQUIRE_ERROR(ecdsa_raw_to_der(Bytes(63, std::byte{1})), ErrorCode::bad_input);
  REQUIRE_ERROR(ecdsa_raw_to_der({}), ErrorCode::bad_input);
  REQUIRE_ERROR(ecdsa_raw_to_der(Bytes(100, std::byte{1})), ErrorCode::bad_input);
}

TEST_CASE("an all-zero ECDSA signature verifies nothing") {
  const PublicKey key = key_from_jwk(signature_vector("rfc7515.json A.3").jwk);
  REQUIRE_ERROR(key.verify(Algorithm::es256, bytes_of("x"), Bytes(64)), ErrorCode::bad_input);
}

TEST_CASE("a compressed point gives the same canonical key") {
  const EvpKey key = generate("EC", "P-384");
  const Bytes uncompressed = spki_of(key.get());
  REQUIRE(EVP_PKEY_set_utf8_string_param(key.get(), OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT, "compressed") == 1);
  const Bytes compressed = spki_of(key.get());
  REQUIRE(compressed.size() < uncompressed.size());
  const Result<PublicKey> read = PublicKey::from_spki(compressed);
  REQUIRE_OK(read);
  CHECK(read->type() == KeyType::ec_p384);
  CHECK(read->spki() == uncompressed);
}

TEST_CASE("a key is encoded as OpenSSL encodes it") {
  const auto [type, curve] = GENERATE(
      table<const char*, const char*>({{"EC", "P-256"}, {"EC", "P-384"}, {"EC", "P-521"}, {"ED25519", nullptr}}));
  const Bytes der = spki_of(generate(type, curve).get());
  const Result<PublicKey> read = PublicKey::from_spki(der);
  REQUIRE_OK(read);
  CHECK(read->spki() == der);
}

TEST_CASE("public keys of other kinds are refused") {
  REQUIRE_ERROR(PublicKey::from_spki(spki_of(generate("EC", "secp256k1").get())), ErrorCode::bad_input);
  REQUIRE_ERROR(PublicKey::from_spki(spki_of(generate("X25519", nullptr).get())), ErrorCode::bad_input);
  REQUIRE_ERROR(PublicKey::from_spki(spki_of(generate("ED448", nullptr).get())), ErrorCode::bad_input);
  const Result<PublicKey> small = PublicKey::from_spki(spki_of(generate("RSA", nullptr).get()));
  REQUIRE_ERROR(small, ErrorCode::bad_input);
  CHECK(small.error().message.find("2048") != std::string::npos);
}

TEST_CASE("a SPKI that is not exactly one DER value is refused") {
  const Bytes spki = key_from_jwk(signature_vector("rfc7515.json A.3").jwk).spki();
  Bytes trailing = spki;
  trailing.push_back(std::byte{0});
  REQUIRE_ERROR(PublicKey::from_spki(trailing), ErrorCode::bad_input);
  REQUIRE_ERROR(PublicKey::from_spki(BytesView(spki).first(spki.size() - 1)), ErrorCode::bad_input);
  REQUIRE_ERROR(PublicKey::from_spki({}), ErrorCode::bad_input);
  REQUIRE_ERROR(PublicKey::from_spki(bytes_of("not DER")), ErrorCode::bad_input);
}

TEST_CASE("a point off its curve, of another length or at infinity is refused") {
  const JwkMembers jwk = signature_vector("rfc7515.json A.3").jwk;
  Bytes point{std::byte{4}};
  for (const char* name : {"x", "y"}) {
    const Bytes half = *base64url_decode(jwk.at(name));
    point.insert(point.end(), half.begin(), half.end());
  }
  REQUIRE_OK(PublicKey::from_ec_point(KeyType::ec_p256, point));
  REQUIRE_ERROR(PublicKey::from_ec_point(KeyType::ec_p384, point), ErrorCode::bad_input);
  REQUIRE_ERROR(PublicKey::from_ec_point(KeyType::rsa, point), ErrorCode::bad_input);
  REQUIRE_ERROR(PublicKey::from_ec_point(KeyType::ec_p256, BytesView(point).subspan(1)), ErrorCode::bad_input);
  REQUIRE_ERROR(PublicKey::from_ec_point(KeyType::ec_p256, Bytes{std::byte{0}}), ErrorCode::bad_input);
  point.back() ^= std::byte{1};
  REQUIRE_ERROR(PublicKey::from_ec_point(KeyType::ec_p256, point), ErrorCode::bad_input);
}

TEST_CASE("a PEM text of another kind is refused") {
  REQUIRE_ERROR(PublicKey::from_pem(""), ErrorCode::bad_input);
  REQUIRE_ERROR(PublicKey::from_pem("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"),
                ErrorCode::bad_input);
  std::string pem = key_from_jwk(signature_vector("rfc7515.json A.3").jwk).pem();
  for (std::size_t at = pem.find("PUBLIC"); at != std::string::npos; at = pem.find("PUBLIC"))
    pem.replace(at, 6, "SECRET");
  REQUIRE_ERROR(PublicKey::from_pem(pem), ErrorCode::bad_input);
}
