#include "pkcs11/session.h"

#include <utility>

namespace signet::pkcs11 {

CallResult<Session> Session::open(const CK_FUNCTION_LIST& functions, CK_SLOT_ID slot, SessionMode mode) {
  const CK_FLAGS flags = CKF_SERIAL_SESSION | (mode == SessionMode::read_write ? CKF_RW_SESSION : 0UL);
  CK_SESSION_HANDLE handle = 0;
  SIGNET_TRY(check("C_OpenSession", functions.C_OpenSession(slot, flags, nullptr, nullptr, &handle)));
  return Session(functions, handle);
}

Session::Session(Session&& other) noexcept
    : functions_(std::exchange(other.functions_, nullptr)), handle_(std::exchange(other.handle_, 0)) {}

Session& Session::operator=(Session&& other) noexcept {
  if (this != &other) {
    close();
    functions_ = std::exchange(other.functions_, nullptr);
    handle_ = std::exchange(other.handle_, 0);
  }
  return *this;
}

Session::~Session() { close(); }

void Session::close() {
  if (functions_ != nullptr) functions_->C_CloseSession(handle_);
}

CallResult<LoginResult> login(const Session& session, CK_USER_TYPE user, std::span<const std::byte> pin) {
  // C_Login takes a pointer to non-const octets and does not write to them (PKCS#11 2.40 section 5.6).
  auto* octets = const_cast<CK_UTF8CHAR*>(reinterpret_cast<const CK_UTF8CHAR*>(pin.data()));
  const CK_RV rv = session.functions().C_Login(session.handle(), user, pin.empty() ? nullptr : octets, pin.size());
  if (rv == CKR_USER_ALREADY_LOGGED_IN) return LoginResult::was_logged_in;
  SIGNET_TRY(check("C_Login", rv));
  return LoginResult::logged_in;
}

}  // namespace signet::pkcs11
