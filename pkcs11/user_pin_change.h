#pragma once

#include "host/secret.h"
#include "pkcs11/survey.h"

namespace signet::pkcs11 {

/// Changes the user PIN of the token in that slot (C_SetPIN in a session that is not logged in, which is a try of the
/// present PIN), then logs in with the new one, so that nobody finds out later. Other processes stay logged in. Errors:
/// not_permitted (the token refused the present PIN, tried once, or the new one), token_unavailable (no session),
/// token_failure. Blocks in the module; one thread, no other in the module and no session open.
Result<void> change_user_pin(const Module& module, CK_SLOT_ID slot, const host::Secret& present,
                             const host::Secret& fresh);

}  // namespace signet::pkcs11
