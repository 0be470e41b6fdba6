#include "pkcs11/token_key.h"

#include <array>

#include "pkcs11/mechanisms.h"
#include "pkcs11/quirks.h"
#include "proto/pkcs11_uri.h"
#include "proto/utf8.h"

namespace signet::pkcs11 {
namespace {

constexpr std::size_t kMinRsaBits = 2048;

constexpr std::array kPrivateKeyAttributes{
    CKA_ID,
    CKA_LABEL,
    CKA_KEY_TYPE,
    CKA_EC_PARAMS,
    CKA_EC_POINT,
    CKA_MODULUS,
    CKA_PUBLIC_EXPONENT,
    CKA_SENSITIVE,
    CKA_EXTRACTABLE,
    CKA_ALWAYS_SENSITIVE,
    CKA_NEVER_EXTRACTABLE,
    CKA_LOCAL,
    CKA_SIGN,
    CKA_ALWAYS_AUTHENTICATE,
    CKA_PUBLIC_KEY_INFO,
};

bool is_short_rsa(const TokenKey& key, const Attributes& attributes) {
  if (key.type != KeyType::rsa) return false;
  const BytesView modulus = attributes.bytes(CKA_MODULUS);
  return !modulus.empty() && modulus.size() * 8 < kMinRsaBits;
}

// The first reason found; the order puts what cannot be mended first.
std::string why_unusable(const TokenKey& key, const Attributes& attributes) {
  if (!key.type) return "the key is of a type or curve that no JOSE algorithm here uses";
  if (is_short_rsa(key, attributes)) return "the RSA key is shorter than 2048 bits; replace it";
  if (!key.sensitive)
    return "the key is not marked sensitive (CKA_SENSITIVE), so it could be read out; import it again";
  if (key.extractable)
    return "the key is marked extractable (CKA_EXTRACTABLE), so it could leave the token; import it again";
  if (key.always_authenticate)
    return "the key wants the PIN for each signature (CKA_ALWAYS_AUTHENTICATE), which a service cannot give";
  if (!attributes.flag(CKA_SIGN).value_or(true)) return "the key is not allowed to sign (CKA_SIGN); import it again";
  if (key.algorithms.empty())
    return "the token lists no mechanism to sign with this key; it would need " + wanted_mechanisms(*key.type);
  return "";
}

}  // namespace

std::span<const CK_ATTRIBUTE_TYPE> private_key_attributes() { return kPrivateKeyAttributes; }

std::optional<KeyType> key_type_of(const Attributes& attributes) {
  const auto cryptoki_type = attributes.number(CKA_KEY_TYPE);
  if (cryptoki_type == CKK_RSA) return KeyType::rsa;
  if (cryptoki_type == CKK_EC || cryptoki_type == CKK_EC_EDWARDS)
    return key_type_of_ec_params(attributes.bytes(CKA_EC_PARAMS));
  return std::nullopt;
}

TokenKey key_from_attributes(CK_OBJECT_HANDLE handle, const Attributes& attributes, std::optional<PublicKey> public_key,
                             const std::set<CK_MECHANISM_TYPE>& mechanisms) {
  TokenKey key{.handle = handle,
               .id = to_bytes(attributes.bytes(CKA_ID)),
               .label = attributes.text(CKA_LABEL),
               .type = key_type_of(attributes),
               .public_key = std::move(public_key)};
  // A module that does not show an attribute gives no assurance: the worse value counts.
  key.sensitive = attributes.flag(CKA_SENSITIVE).value_or(false);
  key.extractable = attributes.flag(CKA_EXTRACTABLE).value_or(true);
  key.always_sensitive = attributes.flag(CKA_ALWAYS_SENSITIVE).value_or(false);
  key.never_extractable = attributes.flag(CKA_NEVER_EXTRACTABLE).value_or(false);
  key.local = attributes.flag(CKA_LOCAL).value_or(false);
  key.always_authenticate = attributes.flag(CKA_ALWAYS_AUTHENTICATE).value_or(false);
  if (key.type) key.algorithms = usable_algorithms(*key.type, mechanisms);
  key.unusable = why_unusable(key, attributes);
  return key;
}

KeyView view_of(const TokenKey& key, std::string object) {
  return {.object = std::move(object),
          .usable = key.unusable.empty(),
          .message = key.unusable,
          .spki = key.public_key ? key.public_key->spki() : Bytes{},
          .algorithms = key.algorithms,
          .id = key.id,
          .label = key.label,
          .sensitive = key.sensitive,
          .extractable = key.extractable,
          .always_sensitive = key.always_sensitive,
          .never_extractable = key.never_extractable,
          .local = key.local,
          .always_authenticate = key.always_authenticate};
}

std::string canonical_uri(const TokenKey& key) {
  Pkcs11Uri uri;
  // A label that is not UTF-8, though CKA_LABEL has to be, cannot stand in a URI (RFC 7512 section 2.3).
  if (!key.label.empty() && is_utf8(key.label)) uri.object = key.label;
  if (!key.id.empty()) uri.id = key.id;
  return to_string(uri);
}

}  // namespace signet::pkcs11
