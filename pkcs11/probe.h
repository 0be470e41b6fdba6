#pragma once

#include "pkcs11/session.h"
#include "pkcs11/survey.h"

// What an idle token is asked, to see whether it is still there. One thread per session; the calls block in the module.
namespace signet::pkcs11 {

/// "signet-probe", a NUL and 16 random octets: with its NUL, and without a dot, it can never be a JWS signing input,
/// whatever it is hashed with. Any thread.
Bytes probe_message();

/// C_GenerateRandom, and C_GetSessionInfo where the token has no generator. Proves less than a signature: tokens are
/// known that answer both after a loss.
CallResult<void> ask_for_sign_of_life(const Session& session);

/// Is the session still one of a logged-in user (C_GetSessionInfo), on a token that is there (C_GetTokenInfo)? A login
/// that is gone is CKR_USER_NOT_LOGGED_IN.
CallResult<void> check_login(const Session& session, const TokenSurvey& token);

}  // namespace signet::pkcs11
