#pragma once

#include <optional>
#include <span>
#include <vector>

#include "pkcs11/ckr.h"
#include "proto/bytes.h"

namespace signet::pkcs11 {

enum class SessionMode { read_only, read_write };

/// One Cryptoki session. Closed when it goes, which logs the token out if it was the process's last; the module must
/// outlive it. Move-only; one thread at a time.
class Session {
 public:
  /// C_OpenSession.
  static CallResult<Session> open(const CK_FUNCTION_LIST& functions, CK_SLOT_ID slot, SessionMode mode);
  Session(Session&& other) noexcept;
  Session& operator=(Session&& other) noexcept;
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session();

  const CK_FUNCTION_LIST& functions() const { return *functions_; }
  CK_SESSION_HANDLE handle() const { return handle_; }

 private:
  Session(const CK_FUNCTION_LIST& functions, CK_SESSION_HANDLE handle) : functions_(&functions), handle_(handle) {}
  void close();

  const CK_FUNCTION_LIST* functions_;
  CK_SESSION_HANDLE handle_;
};

enum class LoginResult { logged_in, was_logged_in };

/// C_Login, exactly one. CKR_USER_ALREADY_LOGGED_IN counts as success. `user` is CKU_USER or CKU_SO; an empty PIN means
/// the token's own keypad. Never call it again after a failure of class `pin`.
CallResult<LoginResult> login(const Session& session, CK_USER_TYPE user, std::span<const std::byte> pin);

}  // namespace signet::pkcs11
