#include "pkcs11/object_listing.h"

#include <optional>
#include <string>
#include <unordered_map>

#include "pkcs11/public_key_source.h"

namespace signet::pkcs11 {
namespace {

/// Public keys by what ties them to their private key.
using PublicKeys = std::unordered_map<std::string, PublicKey>;

// CKA_ID binds the objects of one key pair (PKCS#11 2.40 section 4.7); tokens filled by hand may have the label alone.
std::string tie(const Attributes& attributes) {
  const BytesView id = attributes.bytes(CKA_ID);
  return id.empty() ? "label:" + attributes.text(CKA_LABEL) : "id:" + std::string(text_of(id));
}

using Reader = std::optional<PublicKey> (*)(const Attributes&);

CallResult<void> collect(const Session& session, CK_OBJECT_CLASS object_class, std::span<const CK_ATTRIBUTE_TYPE> types,
                         Reader reader, PublicKeys& keys) {
  SIGNET_TRY_ASSIGN(const auto handles, find_objects_of_class(session, object_class));
  for (const CK_OBJECT_HANDLE handle : handles) {
    SIGNET_TRY_ASSIGN(const Attributes attributes, read_attributes(session, handle, types));
    if (auto key = reader(attributes)) keys.emplace(tie(attributes), std::move(*key));
  }
  return {};
}

std::optional<PublicKey> read_public_object(const Attributes& attributes) {
  auto key = public_key_of_object(attributes);
  return key ? key : public_key_of_info(attributes);
}

std::optional<PublicKey> public_half(const Attributes& private_key, const PublicKeys& keys) {
  const auto found = keys.find(tie(private_key));
  if (found != keys.end() && found->second.type() == key_type_of(private_key)) return found->second;
  if (auto key = public_key_of_info(private_key)) return key;
  // An RSA key's own attributes hold its public half; tpm2-pkcs11 shows the point of an EC key as well.
  return public_key_of_object(private_key);
}

}  // namespace

CallResult<std::vector<TokenKey>> list_keys(const Session& session, const std::set<CK_MECHANISM_TYPE>& mechanisms) {
  PublicKeys public_keys;
  SIGNET_TRY(collect(session, CKO_PUBLIC_KEY, public_key_attributes(), read_public_object, public_keys));
  SIGNET_TRY(collect(session, CKO_CERTIFICATE, certificate_attributes(), public_key_of_certificate, public_keys));
  SIGNET_TRY_ASSIGN(const auto handles, find_objects_of_class(session, CKO_PRIVATE_KEY));
  std::vector<TokenKey> keys;
  for (const CK_OBJECT_HANDLE handle : handles) {
    SIGNET_TRY_ASSIGN(const Attributes attributes, read_attributes(session, handle, private_key_attributes()));
    keys.push_back(key_from_attributes(handle, attributes, public_half(attributes, public_keys), mechanisms));
  }
  return keys;
}

}  // namespace signet::pkcs11
