#include "pkcs11/padded_text.h"
#include "pkcs11/quirks.h"
#include "proto/public_key.h"
#include "tests/support/catch.h"

namespace signet::pkcs11 {
namespace {

Bytes octet_string(std::size_t length) {
  Bytes der{std::byte{4}};
  if (length > 127) der.push_back(std::byte{0x81});
  der.push_back(static_cast<std::byte>(length));
  der.resize(der.size() + length, std::byte{7});
  return der;
}

}  // namespace

TEST_CASE("CKA_EC_POINT is taken as a DER OCTET STRING or as raw octets", "[pkcs11]") {
  const std::pair<KeyType, std::size_t> types[] = {
      {KeyType::ec_p256, 65}, {KeyType::ec_p384, 97}, {KeyType::ec_p521, 133}, {KeyType::ed25519, 32}};
  for (const auto& [type, length] : types) {
    const Bytes raw(length, std::byte{7});
    CHECK(ec_point_octets(type, raw) == raw);
    CHECK(ec_point_octets(type, octet_string(length)) == raw);
    CHECK_FALSE(ec_point_octets(type, octet_string(length - 1)));
    CHECK_FALSE(ec_point_octets(type, octet_string(length + 1)));
    CHECK_FALSE(ec_point_octets(type, Bytes{}));
    Bytes trailing = octet_string(length);
    trailing.push_back(std::byte{0});
    CHECK_FALSE(ec_point_octets(type, trailing));
    Bytes other_tag = octet_string(length);
    other_tag[0] = std::byte{3};
    CHECK_FALSE(ec_point_octets(type, other_tag));
    Bytes wrong_length = octet_string(length);
    wrong_length[wrong_length.size() - length - 1] = std::byte{1};
    CHECK_FALSE(ec_point_octets(type, wrong_length));
  }
  CHECK_FALSE(ec_point_octets(KeyType::rsa, Bytes(65)));
}

TEST_CASE("a raw point that begins like an OCTET STRING is still raw", "[pkcs11]") {
  // 04 is both the tag and the mark of an uncompressed point.
  Bytes raw(65, std::byte{0x3f});
  raw[0] = std::byte{4};
  CHECK(ec_point_octets(KeyType::ec_p256, raw) == raw);
}

TEST_CASE("CKA_EC_PARAMS is taken as OID or as a curve's name", "[pkcs11]") {
  using namespace std::string_view_literals;
  CHECK(key_type_of_ec_params(bytes_of("\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07"sv)) == KeyType::ec_p256);
  CHECK(key_type_of_ec_params(bytes_of("\x06\x05\x2b\x81\x04\x00\x22"sv)) == KeyType::ec_p384);
  CHECK(key_type_of_ec_params(bytes_of("\x06\x05\x2b\x81\x04\x00\x23"sv)) == KeyType::ec_p521);
  CHECK(key_type_of_ec_params(bytes_of("\x06\x03\x2b\x65\x70"sv)) == KeyType::ed25519);
  CHECK(key_type_of_ec_params(bytes_of("\x13\x0c"
                                       "edwards25519"sv)) == KeyType::ed25519);
  // secp256k1, a curve no algorithm of ours uses; half an OID; nothing.
  CHECK_FALSE(key_type_of_ec_params(bytes_of("\x06\x05\x2b\x81\x04\x00\x0a"sv)));
  CHECK_FALSE(key_type_of_ec_params(bytes_of("\x06\x08\x2a\x86"sv)));
  CHECK_FALSE(key_type_of_ec_params({}));
  for (const KeyType type : {KeyType::ec_p256, KeyType::ec_p384, KeyType::ec_p521, KeyType::ed25519}) {
    CHECK(key_type_of_ec_params(ec_params_of(type)) == type);
  }
  CHECK(ec_params_of(KeyType::rsa).empty());
}

TEST_CASE("ECDSA halves that lost their leading zeros are padded, impossible lengths refused", "[pkcs11]") {
  const Bytes full(64, std::byte{9});
  CHECK(ecdsa_octets(full, 32) == full);
  const Bytes shorter{std::byte{1}, std::byte{2}, std::byte{3}, std::byte{4}};
  const auto padded = ecdsa_octets(shorter, 3);
  CHECK(padded == Bytes{std::byte{0}, std::byte{1}, std::byte{2}, std::byte{0}, std::byte{3}, std::byte{4}});
  CHECK_FALSE(ecdsa_octets(Bytes(63), 32));
  CHECK_FALSE(ecdsa_octets(Bytes(66, std::byte{1}), 32));
  CHECK_FALSE(ecdsa_octets(Bytes{}, 32));
}

TEST_CASE("ECDSA halves with more leading zeros than the field has room for lose those alone", "[pkcs11]") {
  Bytes longer(66, std::byte{9});
  longer[0] = longer[33] = std::byte{0};
  CHECK(ecdsa_octets(longer, 32) == Bytes(64, std::byte{9}));
  longer[33] = std::byte{1};
  CHECK_FALSE(ecdsa_octets(longer, 32));
  CHECK_FALSE(ecdsa_octets(Bytes(65), 32));
}

TEST_CASE("an ECDSA signature in DER is taken where it cannot be halves", "[pkcs11]") {
  for (const std::size_t field : {32U, 48U, 66U}) {
    // An r that begins with a zero octet, an s with its highest bit set: one octet less, one more in DER.
    Bytes raw(2 * field, std::byte{0x81});
    raw[0] = std::byte{0};
    raw[1] = std::byte{0x7f};
    const auto der = ecdsa_raw_to_der(raw);
    REQUIRE(der.has_value());
    CHECK(ecdsa_octets(*der, field) == raw);
    Bytes trailing = *der;
    trailing.push_back(std::byte{0});
    CHECK_FALSE(ecdsa_octets(trailing, field));
    const Bytes cut(der->begin(), der->end() - 1);
    CHECK_FALSE(ecdsa_octets(cut, field));
  }
  // P-384's DER where P-256 was asked for.
  CHECK_FALSE(ecdsa_octets(ecdsa_raw_to_der(Bytes(96, std::byte{0x81})).value(), 32));
}

TEST_CASE("halves of full width that begin like DER are halves", "[pkcs11]") {
  Bytes raw(64, std::byte{2});
  raw[0] = std::byte{0x30};
  raw[1] = std::byte{62};
  CHECK(ecdsa_octets(raw, 32) == raw);
}

TEST_CASE("a length beyond the buffer is no length", "[pkcs11]") {
  const Bytes buffer(8, std::byte{7});
  CHECK(filled_octets(buffer, 3) == Bytes(3, std::byte{7}));
  CHECK(filled_octets(buffer, 8) == buffer);
  CHECK(filled_octets(buffer, 0) == Bytes{});
  CHECK_FALSE(filled_octets(buffer, 9));
  CHECK_FALSE(filled_octets(buffer, CK_UNAVAILABLE_INFORMATION));
}

TEST_CASE("a token's session limit counts where it is one", "[pkcs11]") {
  CHECK(session_limit(1, 8) == 1);
  CHECK(session_limit(16, 8) == 8);
  // Without limit, unknown, and the -2 that some modules report.
  for (const CK_ULONG none : {CK_ULONG{0}, ~CK_ULONG{0}, ~CK_ULONG{1}}) CHECK(session_limit(none, 8) == 8);
}

TEST_CASE("fields of CK_TOKEN_INFO lose blanks and NULs at their end only", "[pkcs11]") {
  const CK_UTF8CHAR blanks[8] = {'a', ' ', 'b', ' ', ' ', ' ', ' ', ' '};
  const CK_UTF8CHAR nuls[4] = {'a', 0, 0, 0};
  const CK_UTF8CHAR empty[4] = {' ', ' ', ' ', ' '};
  CHECK(padded_text(blanks) == "a b");
  CHECK(padded_text(nuls) == "a");
  CHECK(padded_text(empty).empty());
}

}  // namespace signet::pkcs11
