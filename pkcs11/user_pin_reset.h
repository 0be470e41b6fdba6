#pragma once

#include "host/secret.h"
#include "pkcs11/survey.h"

namespace signet::pkcs11 {

/// Sets the user PIN of the token in that slot, locked or not or not there yet, as its security officer (C_Login, then
/// C_InitPIN). The SO PIN is tried once. Keys and certificates stay. Errors: not_permitted (the token refused the SO
/// PIN or the new PIN), token_unavailable (no session), token_failure. Blocks in the module; one thread, no other in
/// the module and no session open.
Result<void> reset_user_pin(const Module& module, CK_SLOT_ID slot, const host::Secret& so_pin,
                            const host::Secret& user_pin);

}  // namespace signet::pkcs11
