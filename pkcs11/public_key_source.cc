#include "pkcs11/public_key_source.h"

#include <array>

#include "pkcs11/quirks.h"
#include "pkcs11/token_key.h"

namespace signet::pkcs11 {
namespace {

constexpr std::array kPublicKeyAttributes{CKA_ID,       CKA_LABEL,   CKA_KEY_TYPE,        CKA_EC_PARAMS,
                                          CKA_EC_POINT, CKA_MODULUS, CKA_PUBLIC_EXPONENT, CKA_PUBLIC_KEY_INFO};
constexpr std::array kCertificateAttributes{CKA_ID, CKA_LABEL, CKA_CERTIFICATE_TYPE, CKA_VALUE};

std::optional<PublicKey> value_of(Result<PublicKey> key) {
  if (!key) return std::nullopt;
  return std::move(*key);
}

std::optional<PublicKey> ec_public_key(KeyType type, const Attributes& attributes) {
  const auto point = ec_point_octets(type, attributes.bytes(CKA_EC_POINT));
  if (!point) return std::nullopt;
  return value_of(type == KeyType::ed25519 ? PublicKey::from_ed25519(*point) : PublicKey::from_ec_point(type, *point));
}

}  // namespace

std::span<const CK_ATTRIBUTE_TYPE> public_key_attributes() { return kPublicKeyAttributes; }
std::span<const CK_ATTRIBUTE_TYPE> certificate_attributes() { return kCertificateAttributes; }

std::optional<PublicKey> public_key_of_object(const Attributes& attributes) {
  const auto type = key_type_of(attributes);
  if (!type) return std::nullopt;
  if (*type != KeyType::rsa) return ec_public_key(*type, attributes);
  return value_of(PublicKey::from_rsa(attributes.bytes(CKA_MODULUS), attributes.bytes(CKA_PUBLIC_EXPONENT)));
}

Result<X509Certificate> certificate_of_object(const Attributes& attributes) {
  if (attributes.number(CKA_CERTIFICATE_TYPE) != CKC_X_509)
    return Unexpected(Error{ErrorCode::bad_input, "it is of a type other than X.509"});
  return X509Certificate::from_der(attributes.bytes(CKA_VALUE));
}

std::optional<PublicKey> public_key_of_info(const Attributes& attributes) {
  const BytesView info = attributes.bytes(CKA_PUBLIC_KEY_INFO);
  if (info.empty()) return std::nullopt;
  return value_of(PublicKey::from_spki(info));
}

}  // namespace signet::pkcs11
