#include "pkcs11/survey.h"

#include <algorithm>

#include <fmt/format.h>
#include <libp11.h>
#include <openssl/err.h>

namespace signet::pkcs11 {
namespace {

std::string text_or_empty(const char* text) { return text != nullptr ? text : ""; }

TokenSurvey describe(PKCS11_SLOT& slot) {
  const PKCS11_TOKEN& token = *slot.token;
  return {.slot = PKCS11_get_slotid_from_slot(&slot),
          .slot_description = text_or_empty(slot.description),
          .label = text_or_empty(token.label),
          .manufacturer = text_or_empty(token.manufacturer),
          .model = text_or_empty(token.model),
          .serial = text_or_empty(token.serialnr),
          .initialized = token.initialized != 0,
          .login_required = token.loginRequired != 0,
          .pin_pad = token.secureLogin != 0,
          .read_only = token.readOnly != 0,
          .user_pin_set = token.userPinSet != 0,
          .user_pin_count_low = token.userPinCountLow != 0,
          .user_pin_final_try = token.userPinFinalTry != 0,
          .user_pin_locked = token.userPinLocked != 0,
          .user_pin_to_be_changed = token.userPinToBeChanged != 0,
          .so_pin_locked = token.soPinLocked != 0};
}

Error survey_failed() {
  const unsigned long error = ERR_peek_last_error();
  const bool has_ckr = ERR_GET_LIB(error) == ERR_get_CKR_code();
  ERR_clear_error();
  const auto reason = static_cast<CK_RV>(ERR_GET_REASON(error));
  return {.code = ErrorCode::token_failure,
          .message =
              "the PKCS#11 module does not list its slots; the operator must check the device and the module's own "
              "configuration",
          .detail = has_ckr ? "PKCS11_enumerate_slots: " + ckr_name(reason) : "PKCS11_enumerate_slots failed"};
}

bool fits(const std::optional<std::string>& wanted, const std::string& found) { return !wanted || *wanted == found; }

}  // namespace

Result<std::vector<TokenSurvey>> survey_tokens(const Module& module) {
  PKCS11_SLOT* slots = nullptr;
  unsigned int count = 0;
  ERR_clear_error();
  if (PKCS11_enumerate_slots(module.libp11(), &slots, &count) != 0) return Unexpected(survey_failed());
  std::vector<TokenSurvey> tokens;
  for (unsigned int i = 0; i < count; ++i) {
    if (slots[i].token != nullptr) tokens.push_back(describe(slots[i]));
  }
  PKCS11_release_all_slots(module.libp11(), slots, count);
  return tokens;
}

bool matches(const Pkcs11Uri& uri, const TokenSurvey& token) {
  return fits(uri.token, token.label) && fits(uri.manufacturer, token.manufacturer) && fits(uri.model, token.model) &&
         fits(uri.serial, token.serial);
}

Result<TokenSurvey> choose_token(const std::vector<TokenSurvey>& tokens, const Pkcs11Uri& uri) {
  auto fits_uri = [&uri](const TokenSurvey& token) { return token.initialized && matches(uri, token); };
  const auto count = std::ranges::count_if(tokens, fits_uri);
  if (count == 1) return *std::ranges::find_if(tokens, fits_uri);
  if (count == 0) {
    return Unexpected(
        Error{.code = ErrorCode::not_found,
              .message = "the token is not there; the operator must plug it in, or correct `token`",
              .detail = fmt::format("no initialised token fits {} among {}", to_string(uri), tokens.size())});
  }
  return Unexpected(Error{.code = ErrorCode::bad_configuration,
                          .message = "several tokens fit `token`; the operator must add serial=… to its URI",
                          .detail = fmt::format("{} tokens fit {}", count, to_string(uri))});
}

Result<TokenSurvey> find_token(const Module& module, const Pkcs11Uri& uri) {
  SIGNET_TRY_ASSIGN(const auto tokens, survey_tokens(module));
  return choose_token(tokens, uri);
}

}  // namespace signet::pkcs11
