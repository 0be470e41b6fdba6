#include "pkcs11/public_key_source.h"

#include <array>
#include <memory>

#include <openssl/err.h>
#include <openssl/x509.h>

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

struct FreeX509 {
  void operator()(X509* certificate) const { X509_free(certificate); }
};

Bytes spki_der(const X509& certificate) {
  unsigned char* der = nullptr;
  const int length = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(&certificate), &der);
  const std::unique_ptr<unsigned char, void (*)(unsigned char*)> owner(der, [](unsigned char* p) { OPENSSL_free(p); });
  if (length <= 0) return {};
  return to_bytes(std::as_bytes(std::span(der, static_cast<std::size_t>(length))));
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

std::optional<PublicKey> public_key_of_certificate(const Attributes& attributes) {
  if (attributes.number(CKA_CERTIFICATE_TYPE) != CKC_X_509) return std::nullopt;
  const BytesView value = attributes.bytes(CKA_VALUE);
  const unsigned char* cursor = octets(value);
  const std::unique_ptr<X509, FreeX509> certificate(d2i_X509(nullptr, &cursor, static_cast<long>(value.size())));
  if (!certificate) {
    ERR_clear_error();
    return std::nullopt;
  }
  return value_of(PublicKey::from_spki(spki_der(*certificate)));
}

std::optional<PublicKey> public_key_of_info(const Attributes& attributes) {
  const BytesView info = attributes.bytes(CKA_PUBLIC_KEY_INFO);
  if (info.empty()) return std::nullopt;
  return value_of(PublicKey::from_spki(info));
}

}  // namespace signet::pkcs11
