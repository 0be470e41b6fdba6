#include "pkcs11/probe.h"

#include <array>
#include <string_view>

#include <openssl/rand.h>

namespace signet::pkcs11 {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kNonceBytes = 16;
constexpr CK_ULONG kRandomBytes = 8;

bool is_user_session(CK_STATE state) { return state == CKS_RO_USER_FUNCTIONS || state == CKS_RW_USER_FUNCTIONS; }

CallResult<CK_SESSION_INFO> session_info(const Session& session) {
  CK_SESSION_INFO info{};
  SIGNET_TRY(check("C_GetSessionInfo", session.functions().C_GetSessionInfo(session.handle(), &info)));
  return info;
}

}  // namespace

Bytes probe_message() {
  Bytes message = to_bytes("signet-probe\0"sv);
  const std::size_t prefix = message.size();
  message.resize(prefix + kNonceBytes);
  // Random only so that no two probes are alike; where OpenSSL has none, zeros do.
  (void)RAND_bytes(writable_octets(std::span(message).subspan(prefix)), static_cast<int>(kNonceBytes));
  return message;
}

CallResult<void> ask_for_sign_of_life(const Session& session) {
  std::array<CK_BYTE, kRandomBytes> octets{};
  const CK_RV rv = session.functions().C_GenerateRandom(session.handle(), octets.data(), octets.size());
  if (ckr_class(rv) != CkrClass::request) return check("C_GenerateRandom", rv);
  SIGNET_TRY(session_info(session));
  return {};
}

CallResult<void> check_login(const Session& session, const TokenSurvey& token) {
  SIGNET_TRY_ASSIGN(const CK_SESSION_INFO info, session_info(session));
  if (token.login_required && !is_user_session(info.state))
    return Unexpected(CallFailure{"C_GetSessionInfo", CKR_USER_NOT_LOGGED_IN});
  CK_TOKEN_INFO present{};
  return check("C_GetTokenInfo", session.functions().C_GetTokenInfo(token.slot, &present));
}

}  // namespace signet::pkcs11
