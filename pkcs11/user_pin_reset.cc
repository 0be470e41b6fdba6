#include "pkcs11/user_pin_reset.h"

#include "pkcs11/libp11_token.h"
#include "pkcs11/session.h"

namespace signet::pkcs11 {
namespace {

Unexpected<Error> refused(const CallFailure& failure, const std::string& message) {
  Error error = token_error(failure, message);
  error.code = ErrorCode::not_permitted;
  return Unexpected(std::move(error));
}

Unexpected<Error> no_session(const CallFailure& failure) {
  Error error = token_error(failure, "the token gives no session to set its user PIN; check the device");
  error.code = ErrorCode::token_unavailable;
  return Unexpected(std::move(error));
}

Result<void> log_in_officer(const Session& session, const host::Secret& so_pin) {
  const auto done = login(session, CKU_SO, so_pin.bytes());
  if (done) return {};
  if (ckr_class(done.error().rv) == CkrClass::pin)
    return refused(done.error(),
                   "the token does not take this SO PIN; it was tried once, and the user PIN is as it was");
  return Unexpected(token_error(done.error(),
                                "the login as security officer failed without a word about the SO PIN, and the user "
                                "PIN is as it was; check the device"));
}

CallResult<void> init_pin(const Session& session, const host::Secret& user_pin) {
  const auto octets = user_pin.bytes();
  // C_InitPIN takes a pointer to non-const octets and does not write to them (PKCS#11 2.40 section 5.5).
  auto* pin = const_cast<CK_UTF8CHAR*>(reinterpret_cast<const CK_UTF8CHAR*>(octets.data()));
  return check("C_InitPIN", session.functions().C_InitPIN(session.handle(), pin, octets.size()));
}

}  // namespace

// Without libp11: its calls that need a session wait for ever where C_OpenSession fails (libp11 before 0.4.14).
Result<void> reset_user_pin(const Module& module, CK_SLOT_ID slot, const host::Secret& so_pin,
                            const host::Secret& user_pin) {
  const auto session = Session::open(module.functions(), slot, SessionMode::read_write);
  if (!session) return no_session(session.error());
  SIGNET_TRY(log_in_officer(*session, so_pin));
  const auto set = init_pin(*session, user_pin);
  if (set) return {};
  if (ckr_class(set.error().rv) == CkrClass::pin)
    return refused(set.error(),
                   "the token does not take this user PIN" + pin_length_hint(module, slot) + "; choose another one");
  return Unexpected(token_error(set.error(), "the token did not set the user PIN; check the device"));
}

}  // namespace signet::pkcs11
