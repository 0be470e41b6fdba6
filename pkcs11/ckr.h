#pragma once

#include <string>
#include <string_view>

#include "pkcs11/cryptoki.h"
#include "proto/error.h"
#include "proto/result.h"

// What a PKCS#11 module answers, named and sorted by what has to be done about it. Pure; any thread.
namespace signet::pkcs11 {

/// The module call that failed, and what it returned.
struct CallFailure {
  const char* function;  ///< "C_Sign": a literal
  CK_RV rv;
};
template <class T>
using CallResult = Result<T, CallFailure>;

/// What a return value means for the service, apart from the call it came from.
enum class CkrClass {
  ok,
  request,     ///< this call asked for what cannot be: answer the caller, nothing else changes
  session,     ///< this session is unusable
  pool_limit,  ///< no more sessions to be had
  stale_key,   ///< an object handle that was good has gone
  login_lost,  ///< the login is gone
  token_gone,  ///< the device or token is gone
  sick,        ///< the device or module is broken; also every code we do not know
  pin,         ///< the PIN was refused or cannot be used: never repeat by itself
  setup,       ///< the module cannot be initialised in this way
};

/// Class of a return value; a code outside the table, vendor codes among them, is `sick`.
CkrClass ckr_class(CK_RV rv);
/// "CKR_PIN_INCORRECT", or "CKR 0x80000001" for a code outside the table.
std::string ckr_name(CK_RV rv);
/// "C_Sign answered CKR_DEVICE_REMOVED (0x32)": for the log.
std::string to_string(const CallFailure& failure);
/// After this answer of a session call only a fresh process image is known to serve again: every class but ok, request
/// and pin.
bool means_token_lost(CkrClass ckr_class);

/// CKR_OK, or the failure of that call.
CallResult<void> check(const char* function, CK_RV rv);
/// The failure as an Error that may leave this folder: `message` for people, call and CKR in the detail.
Error token_error(const CallFailure& failure, std::string message);

}  // namespace signet::pkcs11
