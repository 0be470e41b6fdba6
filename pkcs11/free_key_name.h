#pragma once

#include "pkcs11/key_template.h"
#include "pkcs11/session.h"

namespace signet::pkcs11 {

/// A new key's name is free on the token, and where its public half is known, the token does not hold that key yet. Two
/// keys of one label or id cannot be told apart by the URI in a key file. Errors: not_permitted with the mend,
/// token_failure. Blocks in the module; one thread per session.
Result<void> check_name_is_free(const Session& session, CK_SLOT_ID slot, const KeyName& name,
                                const PublicKey* public_key);

}  // namespace signet::pkcs11
