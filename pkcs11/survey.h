#pragma once

#include <string>
#include <vector>

#include "pkcs11/module.h"
#include "proto/pkcs11_uri.h"

namespace signet::pkcs11 {

/// A slot with a token in it, and what the token says of itself and of its PINs.
struct TokenSurvey {
  CK_SLOT_ID slot = 0;
  std::string slot_description{};
  std::string label{};
  std::string manufacturer{};
  std::string model{};
  std::string serial{};
  bool initialized = false;
  bool login_required = false;
  bool pin_pad = false;  ///< CKF_PROTECTED_AUTHENTICATION_PATH
  bool read_only = false;
  bool user_pin_set = false;
  bool user_pin_count_low = false;
  bool user_pin_final_try = false;
  bool user_pin_locked = false;
  bool user_pin_to_be_changed = false;
  bool so_pin_locked = false;
};

/// Every slot that holds a token, through libp11. Opens no session, but closes those this process has: call before the
/// first session. Error token_failure. Blocks in the module; one thread at a time.
Result<std::vector<TokenSurvey>> survey_tokens(const Module& module);

/// Do the URI's token, manufacturer, model and serial, as far as it has them, fit? Pure; any thread.
bool matches(const Pkcs11Uri& uri, const TokenSurvey& token);

/// The one token that fits, never by slot number. Errors: not_found (none fits), bad_configuration (several fit). Pure;
/// any thread.
Result<TokenSurvey> choose_token(const std::vector<TokenSurvey>& tokens, const Pkcs11Uri& uri);

/// survey_tokens, then choose_token.
Result<TokenSurvey> find_token(const Module& module, const Pkcs11Uri& uri);

}  // namespace signet::pkcs11
