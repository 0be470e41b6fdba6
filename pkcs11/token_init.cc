#include "pkcs11/token_init.h"

#include <fmt/format.h>
#include <libp11.h>

#include "pkcs11/libp11_token.h"
#include "pkcs11/user_pin_reset.h"

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

Result<void> erase(const Module& module, CK_SLOT_ID slot, const std::string& padded_label, const host::Secret& so_pin) {
  SIGNET_TRY_ASSIGN(const auto so_text, terminated(so_pin));
  const Libp11Slots slots(module);
  SIGNET_TRY_ASSIGN(auto* found, slots.find(slot));
  if (PKCS11_init_token(found->token, c_text(so_text), padded_label.c_str()) == 0) return {};
  return libp11_refusal(
      "C_InitToken", "the token does not let itself be initialised with this SO PIN" + pin_length_hint(module, slot));
}

}  // namespace

Result<void> init_token(const Module& module, CK_SLOT_ID slot, const std::string& label, const host::Secret& so_pin,
                        const host::Secret& user_pin) {
  SIGNET_TRY_ASSIGN(const auto padded, padded_label(label));
  SIGNET_TRY(erase(module, slot, padded, so_pin));
  auto set = reset_user_pin(module, slot, so_pin, user_pin);
  if (set) return {};
  set.error().message =
      "the token was initialised and has no user PIN: " + set.error().message + "; then run this again with --force";
  return set;
}

}  // namespace signet::pkcs11
