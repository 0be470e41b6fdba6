// The attributes of a private key, as a token may give them: which, of what length, with what in them.
#include <array>

#include "pkcs11/public_key_source.h"
#include "tests/fuzz/check_input.h"
#include "tests/fuzz/expect.h"
#include "tests/fuzz/input_reader.h"
#include "tests/fuzz/token_key_promises.h"

namespace signet::fuzz {
namespace {

constexpr std::array<CK_MECHANISM_TYPE, 4> kMechanisms{CKM_ECDSA, CKM_RSA_PKCS, CKM_RSA_PKCS_PSS, CKM_EDDSA};

std::set<CK_MECHANISM_TYPE> read_mechanisms(InputReader& reader) {
  std::set<CK_MECHANISM_TYPE> mechanisms;
  const unsigned bits = reader.octet();
  for (std::size_t i = 0; i < kMechanisms.size(); ++i) {
    if ((bits >> i & 1U) != 0) mechanisms.insert(kMechanisms[i]);
  }
  return mechanisms;
}

// Type, length, value, over and over. The largest length stands for two octets of it.
pkcs11::Attributes read_attributes(InputReader& reader) {
  std::vector<CK_ATTRIBUTE_TYPE> types(pkcs11::private_key_attributes().begin(),
                                       pkcs11::private_key_attributes().end());
  types.insert(types.end(), {CKA_EC_POINT, CKA_CERTIFICATE_TYPE, CKA_VALUE, CKA_VENDOR_DEFINED});
  pkcs11::Attributes attributes;
  while (!reader.empty()) {
    const CK_ATTRIBUTE_TYPE type = reader.pick(types);
    const std::size_t length = reader.octet();
    attributes.set(type, to_bytes(reader.take(length == 255 ? reader.two_octets() : length)));
  }
  return attributes;
}

bool is_exactly(BytesView value, CK_BBOOL wanted) { return value.size() == 1 && value.front() == std::byte{wanted}; }

void check_public_half(const std::optional<PublicKey>& key) {
  if (key) expect(PublicKey::from_spki(key->spki()).has_value(), "a public half has an SPKI that we read");
}

}  // namespace

void check_input(BytesView input) {
  InputReader reader(input);
  const auto mechanisms = read_mechanisms(reader);
  const pkcs11::Attributes attributes = read_attributes(reader);
  auto public_key = pkcs11::public_key_of_object(attributes);
  check_public_half(public_key);
  if (const auto certificate = pkcs11::certificate_of_object(attributes)) check_public_half(certificate->public_key());
  check_public_half(pkcs11::public_key_of_info(attributes));
  const auto key = pkcs11::key_from_attributes(7, attributes, std::move(public_key), mechanisms);
  check_token_key(key, mechanisms);
  if (!key.unusable.empty()) return;
  // The token must say it, in so many octets; nothing is taken for granted.
  expect(attributes.flag(CKA_SENSITIVE) == true, "CKA_SENSITIVE of a usable key is there and true");
  expect(is_exactly(attributes.bytes(CKA_EXTRACTABLE), CK_FALSE), "CKA_EXTRACTABLE of a usable key is there and false");
  expect(!is_exactly(attributes.bytes(CKA_SIGN), CK_FALSE), "CKA_SIGN of a usable key is not false");
}

}  // namespace signet::fuzz
