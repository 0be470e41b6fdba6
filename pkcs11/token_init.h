#pragma once

#include <string>

#include "host/secret.h"
#include "pkcs11/survey.h"

namespace signet::pkcs11 {

inline constexpr std::size_t kMaxTokenLabelBytes = 32;

/// Initialises the token in that slot and sets its user PIN (C_InitToken through libp11, then as
/// user_pin_reset.h). Everything on the token is destroyed. On a token that was initialised before, the SO PIN
/// must be its present one; on a new one it is set. Closes every session of the process. Errors: bad_input (label empty
/// or above 32 octets), not_permitted (the token refused the SO PIN; tried once), token_failure. Blocks in the module;
/// one thread, no other in the module.
Result<void> init_token(const Module& module, CK_SLOT_ID slot, const std::string& label, const host::Secret& so_pin,
                        const host::Secret& user_pin);

}  // namespace signet::pkcs11
