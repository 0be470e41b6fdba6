#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "pkcs11/objects.h"
#include "pkcs11/signer.h"
#include "proto/public_key.h"
#include "proto/x509_certificate.h"

// What a private key object is to us: read once per listing, immutable after it. Pure; any thread.
namespace signet::pkcs11 {

class TokenEvpKey;

struct TokenKey {
  CK_OBJECT_HANDLE handle = 0;
  Bytes id{};
  std::string label{};
  std::optional<KeyType> type{};
  std::optional<PublicKey> public_key{};
  std::vector<X509Certificate> certificates{};  ///< of this very key
  std::vector<Algorithm> algorithms{};
  std::string unusable{};  ///< why it is never used, in one plain sentence; empty: it may be
  bool sensitive = false;
  bool extractable = false;
  bool always_sensitive = false;
  bool never_extractable = false;
  bool local = false;
  bool always_authenticate = false;
  std::shared_ptr<const TokenEvpKey> evp{};  ///< for OpenSSL to sign with; made once per listing, where anybody signs
};

/// The attributes key_from_attributes wants of a private key.
std::span<const CK_ATTRIBUTE_TYPE> private_key_attributes();

/// A private key, judged: exportable, not for signing, of unknown type, too short, or without a mechanism means
/// unusable.
TokenKey key_from_attributes(CK_OBJECT_HANDLE handle, const Attributes& attributes, std::optional<PublicKey> public_key,
                             const std::set<CK_MECHANISM_TYPE>& mechanisms);

/// The key type of an object by CKA_KEY_TYPE and CKA_EC_PARAMS; nothing for types we do not sign with.
std::optional<KeyType> key_type_of(const Attributes& attributes);

KeyView view_of(const TokenKey& key, std::string object);
/// "pkcs11:object=LABEL;id=%01": what names a key that nobody named. A label that is not UTF-8 is left out.
std::string canonical_uri(const TokenKey& key);

}  // namespace signet::pkcs11
