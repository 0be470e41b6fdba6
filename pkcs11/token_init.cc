#include "pkcs11/token_init.h"

#include <fmt/format.h>
#include <libp11.h>

#include "pkcs11/libp11_token.h"

namespace signet::pkcs11 {
namespace {

Result<std::string> padded_label(const std::string& label) {
  if (label.empty() || label.size() > kMaxTokenLabelBytes) {
    return Unexpected(
        Error{.code = ErrorCode::bad_input,
              .message = fmt::format("a token's label has 1 to {} octets; choose another", kMaxTokenLabelBytes)});
  }
  std::string padded = label;
  // C_InitToken reads 32 octets, blank-padded and without a terminator (PKCS#11 2.40 section 5.5); libp11 hands its
  // argument on as it is.
  padded.resize(kMaxTokenLabelBytes, ' ');
  return padded;
}

Result<void> set_user_pin(PKCS11_SLOT* slot, const char* so_pin, const char* user_pin, const std::string& pin_length) {
  constexpr int kReadWrite = 1;
  constexpr int kSecurityOfficer = 1;
  if (PKCS11_open_session(slot, kReadWrite) != 0)
    return libp11_refusal("C_OpenSession", "the token was initialised but gives no session to set its user PIN");
  if (PKCS11_login(slot, kSecurityOfficer, so_pin) != 0)
    return libp11_refusal("C_Login", "the token was initialised but refuses the SO PIN it was just given");
  if (PKCS11_init_pin(slot->token, user_pin) != 0)
    return libp11_refusal("C_InitPIN", "the token was initialised but refuses this user PIN" + pin_length +
                                           "; choose another one and run this again with --force");
  return {};
}

}  // namespace

Result<void> init_token(const Module& module, CK_SLOT_ID slot, const std::string& label, const host::Secret& so_pin,
                        const host::Secret& user_pin) {
  SIGNET_TRY_ASSIGN(const auto padded, padded_label(label));
  SIGNET_TRY_ASSIGN(const auto so_text, terminated(so_pin));
  SIGNET_TRY_ASSIGN(const auto user_text, terminated(user_pin));
  const std::string pin_length = pin_length_hint(module, slot);
  const Libp11Slots slots(module);
  SIGNET_TRY_ASSIGN(auto* found, slots.find(slot));
  if (PKCS11_init_token(found->token, c_text(so_text), padded.c_str()) != 0) {
    return libp11_refusal("C_InitToken", "the token does not let itself be initialised with this SO PIN" + pin_length);
  }
  return set_user_pin(found, c_text(so_text), c_text(user_text), pin_length);
}

}  // namespace signet::pkcs11
