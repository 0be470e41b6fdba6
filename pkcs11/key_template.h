#pragma once

#include <deque>
#include <span>
#include <string>
#include <vector>

#include "host/secret.h"
#include "pkcs11/cryptoki.h"
#include "pkcs11/private_key.h"
#include "proto/bytes.h"

namespace signet::pkcs11 {

/// What a key is called on the token.
struct KeyName {
  std::string label;  ///< CKA_LABEL
  Bytes id;           ///< CKA_ID, the same on the private and the public object
};

/// A list of attributes that owns their values. Move-only; one thread.
class Template {
 public:
  Template& flag(CK_ATTRIBUTE_TYPE type, bool value);
  Template& number(CK_ATTRIBUTE_TYPE type, CK_ULONG value);
  Template& bytes(CK_ATTRIBUTE_TYPE type, BytesView value);
  Template& secret(CK_ATTRIBUTE_TYPE type, host::Secret value);
  /// A value that stays where it is; it must outlive the template.
  Template& borrowed(CK_ATTRIBUTE_TYPE type, const host::Secret& value);
  std::span<CK_ATTRIBUTE> attributes() { return attributes_; }
  CK_ULONG size() const { return attributes_.size(); }

 private:
  // Deques: the attributes point into them while they grow.
  std::deque<Bytes> values_;
  std::deque<host::Secret> secrets_;
  std::vector<CK_ATTRIBUTE> attributes_;
};

/// How much a template asks for. Modules refuse templates for single attributes, each its own ones.
enum class Strictness {
  full,  ///< also not modifiable, and no use but signing
  plain  ///< on the token, private, sensitive, not extractable, may sign
};

/// What every private key we make has: TOKEN, PRIVATE, SENSITIVE and SIGN true, EXTRACTABLE false, label and id.
Template private_key_template(KeyType type, const KeyName& name, Strictness strictness);
/// The same with the key's numbers, for C_CreateObject. Errors of PrivateKey.
Result<Template> private_key_template(const PrivateKey& key, const KeyName& name, Strictness strictness);
/// The public object beside it; it may be read without a login.
Template public_key_template(const PublicKey& key, const KeyName& name);

CK_KEY_TYPE cryptoki_key_type(KeyType type);

}  // namespace signet::pkcs11
