#pragma once

#include <string>

#include "pkcs11/import_route.h"
#include "pkcs11/token_key.h"

namespace signet::pkcs11 {

struct ImportReport {
  CreatedKey created;
  TokenKey key;                    ///< as read back from another session
  std::string no_public_object{};  ///< why the token has no public key object; empty: it has one
};

/// CKA_ID where nobody chose one: the first 20 octets of the SHA-256 of the SubjectPublicKeyInfo, so that it begins
/// like the key's pin and is no longer than the SHA-1 that other tools use. Any thread.
Bytes default_key_id(const PublicKey& key);

/// Imports, proves (prove_key) and, when the proof fails, destroys what it made. `session` is read-write and logged in;
/// the proof opens one of its own. Errors: not_permitted (label, id or key is there already; the mend is in the
/// message), token_failure. Blocks in the module; one thread, no other in the module.
Result<ImportReport> import_key(const Session& session, CK_SLOT_ID slot, const PrivateKey& key, const KeyName& name);

}  // namespace signet::pkcs11
