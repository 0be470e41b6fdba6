#include "pkcs11/padded_text.h"
#include "pkcs11/quirks.h"
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
  CHECK_FALSE(ecdsa_octets(Bytes(66), 32));
  CHECK_FALSE(ecdsa_octets(Bytes{}, 32));
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
