#include "pkcs11/user_pin_change.h"

#include "pkcs11/libp11_token.h"
#include "pkcs11/session.h"

namespace signet::pkcs11 {
namespace {

Unexpected<Error> refused(const CallFailure& failure, const std::string& message) {
  Error error = token_error(failure, message);
  error.code = ErrorCode::not_permitted;
  return Unexpected(std::move(error));
}

// C_SetPIN takes pointers to non-const octets and does not write to them (PKCS#11 2.40 section 5.5).
CK_UTF8CHAR* octets_of(const host::Secret& pin) {
  return const_cast<CK_UTF8CHAR*>(reinterpret_cast<const CK_UTF8CHAR*>(pin.bytes().data()));
}

CallResult<void> set_pin(const Session& session, const host::Secret& present, const host::Secret& fresh) {
  return check("C_SetPIN", session.functions().C_SetPIN(session.handle(), octets_of(present), present.bytes().size(),
                                                        octets_of(fresh), fresh.bytes().size()));
}

/// PKCS#11 2.40 section 5.5: these two are about the new PIN, the others of their class about the present one.
bool is_about_new_pin(CK_RV rv) { return rv == CKR_PIN_INVALID || rv == CKR_PIN_LEN_RANGE; }

}  // namespace

Result<void> change_user_pin(const Module& module, CK_SLOT_ID slot, const host::Secret& present,
                             const host::Secret& fresh) {
  const auto session = Session::open(module.functions(), slot, SessionMode::read_write);
  if (!session) {
    Error error = token_error(session.error(), "the token gives no session to change its user PIN; check the device");
    error.code = ErrorCode::token_unavailable;
    return Unexpected(std::move(error));
  }
  const auto changed = set_pin(*session, present, fresh);
  if (!changed && is_about_new_pin(changed.error().rv))
    return refused(changed.error(), "the token does not take the new PIN" + pin_length_hint(module, slot) +
                                        "; choose another one, the present one is still in force");
  if (!changed && ckr_class(changed.error().rv) == CkrClass::pin)
    return refused(changed.error(), "the token refused the present PIN; it was tried once, and nothing was changed");
  if (!changed)
    return Unexpected(token_error(changed.error(), "the token did not change the user PIN; check the device"));
  const auto proof = login(*session, CKU_USER, fresh.bytes());
  if (proof) return {};
  return Unexpected(
      token_error(proof.error(), "the token said that the PIN is changed, and does not log in with the new one"));
}

}  // namespace signet::pkcs11
