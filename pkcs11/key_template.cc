#include "pkcs11/key_template.h"

#include <array>
#include <utility>

#include "pkcs11/quirks.h"
#include "proto/base64url.h"

namespace signet::pkcs11 {
namespace {

using Number = PrivateKey::RsaNumber;

constexpr std::array kRsaNumbers{
    std::pair{CKA_PRIVATE_EXPONENT, Number::private_exponent},
    std::pair{CKA_PRIME_1, Number::prime_1},
    std::pair{CKA_PRIME_2, Number::prime_2},
    std::pair{CKA_EXPONENT_1, Number::exponent_1},
    std::pair{CKA_EXPONENT_2, Number::exponent_2},
    std::pair{CKA_COEFFICIENT, Number::coefficient},
};

// JWK members are the numbers that PKCS#11 wants (RFC 7518 section 6), in base64url.
Bytes member(const PublicKey& key, const char* name) {
  const auto members = key.jwk();
  const auto found = members.find(name);
  if (found == members.end()) return {};
  auto octets = base64url_decode(found->second);
  return octets ? std::move(*octets) : Bytes();
}

Bytes point_of(const PublicKey& key) {
  Bytes point = member(key, "x");
  if (key.type() == KeyType::ed25519) return point;
  const Bytes y = member(key, "y");
  point.insert(point.begin(), std::byte{0x04});
  point.insert(point.end(), y.begin(), y.end());
  return point;
}

// DER OCTET STRING, X.690 section 8.7; the longest point (P-521) has 133 octets, so one length octet may follow the
// form 0x81.
Bytes octet_string(const Bytes& content) {
  Bytes der{std::byte{0x04}};
  if (content.size() > 127) der.push_back(std::byte{0x81});
  der.push_back(static_cast<std::byte>(content.size()));
  der.insert(der.end(), content.begin(), content.end());
  return der;
}

void add_public_numbers(Template& attributes, const PublicKey& key) {
  if (key.type() == KeyType::rsa) {
    attributes.bytes(CKA_MODULUS, member(key, "n")).bytes(CKA_PUBLIC_EXPONENT, member(key, "e"));
  } else {
    attributes.bytes(CKA_EC_PARAMS, ec_params_of(key.type()));
  }
}

void restrict_to_signing(Template& attributes) {
  for (const CK_ATTRIBUTE_TYPE use : {CKA_DECRYPT, CKA_SIGN_RECOVER, CKA_UNWRAP, CKA_DERIVE})
    attributes.flag(use, false);
  // Last: SoftHSM 2.6.1 obeys it at once and refuses the attributes that come after it.
  attributes.flag(CKA_MODIFIABLE, false);
}

Template basic_template(KeyType type, const KeyName& name) {
  Template attributes;
  attributes.number(CKA_CLASS, CKO_PRIVATE_KEY).number(CKA_KEY_TYPE, cryptoki_key_type(type));
  for (const CK_ATTRIBUTE_TYPE yes : {CKA_TOKEN, CKA_PRIVATE, CKA_SENSITIVE, CKA_SIGN}) attributes.flag(yes, true);
  attributes.flag(CKA_EXTRACTABLE, false).bytes(CKA_LABEL, bytes_of(name.label)).bytes(CKA_ID, name.id);
  return attributes;
}

Result<void> add_private_numbers(Template& attributes, const PrivateKey& key) {
  if (key.public_key().type() != KeyType::rsa) {
    SIGNET_TRY_ASSIGN(auto value, key.scalar());
    attributes.secret(CKA_VALUE, std::move(value));
    return {};
  }
  for (const auto& [type, which] : kRsaNumbers) {
    SIGNET_TRY_ASSIGN(auto value, key.rsa_number(which));
    attributes.secret(type, std::move(value));
  }
  return {};
}

}  // namespace

Template& Template::bytes(CK_ATTRIBUTE_TYPE type, BytesView value) {
  Bytes& stored = values_.emplace_back(value.begin(), value.end());
  attributes_.push_back({type, stored.data(), stored.size()});
  return *this;
}

Template& Template::flag(CK_ATTRIBUTE_TYPE type, bool value) {
  const CK_BBOOL octet = value ? CK_TRUE : CK_FALSE;
  return bytes(type, std::as_bytes(std::span(&octet, 1)));
}

Template& Template::number(CK_ATTRIBUTE_TYPE type, CK_ULONG value) {
  return bytes(type, std::as_bytes(std::span(&value, 1)));
}

Template& Template::secret(CK_ATTRIBUTE_TYPE type, host::Secret value) {
  host::Secret& stored = secrets_.emplace_back(std::move(value));
  attributes_.push_back({type, stored.bytes().data(), stored.bytes().size()});
  return *this;
}

Template& Template::borrowed(CK_ATTRIBUTE_TYPE type, const host::Secret& value) {
  // Cryptoki's structure is not const, its use of templates is (PKCS#11 2.40 section 3.4).
  attributes_.push_back({type, const_cast<std::byte*>(value.bytes().data()), value.bytes().size()});
  return *this;
}

CK_KEY_TYPE cryptoki_key_type(KeyType type) {
  switch (type) {
    case KeyType::rsa:
      return CKK_RSA;
    case KeyType::ed25519:
      return CKK_EC_EDWARDS;
    case KeyType::ec_p256:
    case KeyType::ec_p384:
    case KeyType::ec_p521:
      break;
  }
  return CKK_EC;
}

Template private_key_template(KeyType type, const KeyName& name, Strictness strictness) {
  auto attributes = basic_template(type, name);
  if (strictness == Strictness::full) restrict_to_signing(attributes);
  return attributes;
}

Result<Template> private_key_template(const PrivateKey& key, const KeyName& name, Strictness strictness) {
  auto attributes = basic_template(key.public_key().type(), name);
  add_public_numbers(attributes, key.public_key());
  SIGNET_TRY(add_private_numbers(attributes, key));
  if (strictness == Strictness::full) restrict_to_signing(attributes);
  return attributes;
}

Template public_key_template(const PublicKey& key, const KeyName& name) {
  Template attributes;
  attributes.number(CKA_CLASS, CKO_PUBLIC_KEY).number(CKA_KEY_TYPE, cryptoki_key_type(key.type()));
  attributes.flag(CKA_TOKEN, true).flag(CKA_PRIVATE, false).flag(CKA_VERIFY, true);
  attributes.bytes(CKA_LABEL, bytes_of(name.label)).bytes(CKA_ID, name.id);
  add_public_numbers(attributes, key);
  if (key.type() != KeyType::rsa) attributes.bytes(CKA_EC_POINT, octet_string(point_of(key)));
  return attributes;
}

}  // namespace signet::pkcs11
