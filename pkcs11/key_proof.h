#pragma once

#include "pkcs11/key_template.h"
#include "pkcs11/session.h"
#include "pkcs11/token_key.h"

namespace signet::pkcs11 {

/// The answer to the attempt to read the private number itself (CKA_VALUE, CKA_PRIVATE_EXPONENT). What the module hands
/// out by mistake goes into wiped memory and is forgotten. Blocks in the module; one thread per session.
Result<CK_RV> try_to_read_value(const Session& session, const TokenKey& key);

/// Looks at a key that was just made as a stranger would, in a session that did not make it: exactly one private key of
/// that name; sensitive, not extractable, usable; reading its value answers CKR_ATTRIBUTE_SENSITIVE; and its signature,
/// over octets that can never be a JWS signing input, verifies with the public key. Error token_failure with the
/// reason, after which the key must not stay. Blocks in the module; one thread per session.
Result<TokenKey> prove_key(const Session& session, CK_SLOT_ID slot, const KeyName& name, const PublicKey& public_key);

}  // namespace signet::pkcs11
