#include "pkcs11/object_listing.h"

#include <optional>
#include <string>
#include <unordered_map>

#include "pkcs11/key_certificates.h"
#include "pkcs11/object_tie.h"
#include "pkcs11/public_key_source.h"

namespace signet::pkcs11 {
namespace {

/// Public keys by what ties them to their private key; null where several of one type have the same tie.
using PublicKeys = std::unordered_map<std::string, std::optional<PublicKey>>;

std::string tie_of(KeyType type, BytesView id, std::string_view label) {
  return std::string(key_type_name(type)) + " " + tie_name(id, label);
}

std::optional<PublicKey> read_public_object(const Attributes& attributes) {
  auto key = public_key_of_object(attributes);
  return key ? key : public_key_of_info(attributes);
}

CallResult<PublicKeys> read_public_keys(const Session& session, const AfterCall& after_call) {
  PublicKeys keys;
  SIGNET_TRY_ASSIGN(const auto handles, find_objects_of_class(session, CKO_PUBLIC_KEY, after_call));
  for (const CK_OBJECT_HANDLE handle : handles) {
    SIGNET_TRY_ASSIGN(const Attributes attributes,
                      read_attributes(session, handle, public_key_attributes(), after_call));
    if (auto key = read_public_object(attributes)) {
      std::string tie = tie_of(key->type(), attributes.bytes(CKA_ID), attributes.text(CKA_LABEL));
      const auto [known, is_first] = keys.emplace(std::move(tie), *key);
      if (!is_first && known->second && known->second->spki_sha256() != key->spki_sha256()) known->second.reset();
    }
  }
  return keys;
}

void take_public_half(TokenKey& key, const PublicKeys& keys) {
  if (key.public_key || !key.type) return;
  const auto found = keys.find(tie_of(*key.type, key.id, key.label));
  if (found == keys.end()) return;
  key.public_key = found->second;
  if (!key.public_key && key.unusable.empty()) key.unusable = kSeveralPublicKeys;
}

// What a private key object tells of its public half by itself.
std::optional<PublicKey> own_public_half(const Attributes& private_key) {
  // A module that shows another type of key there has none to show.
  if (auto key = public_key_of_info(private_key); key && key->type() == key_type_of(private_key)) return key;
  // An RSA key's own attributes hold its public half; tpm2-pkcs11 shows the point of an EC key as well.
  return public_key_of_object(private_key);
}

CallResult<std::vector<TokenKey>> list_once(const Session& session, const std::set<CK_MECHANISM_TYPE>& mechanisms,
                                            const AfterCall& after_call) {
  SIGNET_TRY_ASSIGN(const PublicKeys public_keys, read_public_keys(session, after_call));
  SIGNET_TRY_ASSIGN(const auto handles, find_objects_of_class(session, CKO_PRIVATE_KEY, after_call));
  std::vector<TokenKey> keys;
  for (const CK_OBJECT_HANDLE handle : handles) {
    SIGNET_TRY_ASSIGN(const Attributes attributes,
                      read_attributes(session, handle, private_key_attributes(), after_call));
    TokenKey& key = keys.emplace_back(key_from_attributes(handle, attributes, std::nullopt, mechanisms));
    key.public_key = own_public_half(attributes);
    take_public_half(key, public_keys);
  }
  SIGNET_TRY(take_certificates(session, after_call, keys));
  return keys;
}

}  // namespace

CallResult<std::vector<TokenKey>> list_keys(const Session& session, const std::set<CK_MECHANISM_TYPE>& mechanisms,
                                            const AfterCall& after_call) {
  auto keys = list_once(session, mechanisms, after_call);
  const bool has_changed = !keys && ckr_class(keys.error().rv) == CkrClass::stale_key;
  return has_changed ? list_once(session, mechanisms, after_call) : std::move(keys);
}

}  // namespace signet::pkcs11
