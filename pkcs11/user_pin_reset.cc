#include "pkcs11/user_pin_reset.h"

#include <libp11.h>

#include "pkcs11/libp11_token.h"

namespace signet::pkcs11 {

Result<void> reset_user_pin(const Module& module, CK_SLOT_ID slot, const host::Secret& so_pin,
                            const host::Secret& user_pin) {
  constexpr int kReadWrite = 1;
  constexpr int kSecurityOfficer = 1;
  SIGNET_TRY_ASSIGN(const auto so_text, terminated(so_pin));
  SIGNET_TRY_ASSIGN(const auto user_text, terminated(user_pin));
  const std::string pin_length = pin_length_hint(module, slot);
  const Libp11Slots slots(module);
  SIGNET_TRY_ASSIGN(auto* found, slots.find(slot));
  if (PKCS11_open_session(found, kReadWrite) != 0)
    return libp11_refusal("C_OpenSession", "the token gives no session to set its user PIN; check the device");
  if (PKCS11_login(found, kSecurityOfficer, c_text(so_text)) != 0)
    return libp11_refusal("C_Login", "the token does not take this SO PIN; it was tried once, and nothing was changed");
  if (PKCS11_init_pin(found->token, c_text(user_text)) != 0)
    return libp11_refusal("C_InitPIN", "the token does not take this user PIN" + pin_length + "; choose another one");
  return {};
}

}  // namespace signet::pkcs11
