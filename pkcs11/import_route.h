#pragma once

#include <string_view>

#include "pkcs11/key_template.h"
#include "pkcs11/session.h"

namespace signet::pkcs11 {

/// How a private key gets into a token, in the order in which they are tried: many HSMs refuse a private key in the
/// clear.
enum class ImportRoute {
  rsa_aes_unwrap,  ///< C_UnwrapKey with CKM_RSA_AES_KEY_WRAP, for an RSA key pair made in the token for this one use
  aes_unwrap,  ///< C_UnwrapKey with CKM_AES_KEY_WRAP_PAD, for an AES key made here and given to the token for this one
               ///< use
  create_object  ///< C_CreateObject
};
/// "unwrapped inside the token (CKM_AES_KEY_WRAP_PAD)": for people.
std::string_view describe(ImportRoute route);

struct CreatedKey {
  CK_OBJECT_HANDLE handle = 0;
  ImportRoute route = ImportRoute::create_object;
  Strictness strictness = Strictness::full;
};

/// Creates the private key on the token by the first route, and with the strictest template, that the module accepts.
/// `session` is read-write and logged in. Error token_failure, with every refusal in the detail. Blocks in the module;
/// one thread.
Result<CreatedKey> create_private_key(const Session& session, CK_SLOT_ID slot, const PrivateKey& key,
                                      const KeyName& name);

}  // namespace signet::pkcs11
