#include "cli/signet-admin/unlock_command.h"

#include <fmt/format.h>

#include "cli/signet-admin/hsm_access.h"
#include "cli/signet-admin/secret_entry.h"
#include "cli/signet-admin/token_views.h"
#include "cli/signet-admin/warning.h"
#include "pkcs11/unlock_pin.h"
#include "pkcs11/user_pin_reset.h"

namespace signet::admin {
namespace {

using pkcs11::TokenSurvey;
using pkcs11::UnlockPin;

Unexpected<Failure> refuse(std::string sentence) { return Unexpected(Failure{ExitCode::refused, std::move(sentence)}); }

Done<std::optional<UnlockPin>> find_record(const std::string& state_dir, const std::string& serial) {
  auto record = UnlockPin::find(state_dir, serial);
  if (!record) return Unexpected(failure_of(record.error()));
  if (*record && (*record)->is_being_tried())
    return refuse("signet-token is trying this PIN at this moment; wait for the token's answer, then look again.");
  return std::move(*record);
}

// Whose record counts only the token itself says. Without any there is nothing to protect: a token that does not show
// is then only worth a warning.
Done<std::optional<OpenHsm>> look_at_token(const HsmTarget& target, bool needed) {
  auto hsm = open_hsm(target);
  if (hsm) return std::optional(std::move(*hsm));
  if (needed) return Unexpected(hsm.error());
  warn(hsm.error().sentence);
  return std::optional<OpenHsm>();
}

Done<void> set_new_pin(const OpenHsm& hsm, const SecretDescriptors& secrets) {
  if (hsm.token.so_pin_locked)
    return refuse("The token's SO PIN is locked, so that no user PIN can be set; ask the token's vendor.");
  SIGNET_TRY_ASSIGN(const auto so_pin,
                    read_or_ask(secrets.so_pin, fmt::format("SO PIN of token \"{}\": ", hsm.token.label)));
  SIGNET_TRY_ASSIGN(const auto user_pin, read_or_ask_twice(secrets.pin, "user PIN"));
  const auto done = pkcs11::reset_user_pin(*hsm.module, hsm.token.slot, so_pin, user_pin);
  if (done) return {};
  if (done.error().code == ErrorCode::token_unavailable)
    return Unexpected(failure_of(ExitCode::unavailable, done.error()));
  return Unexpected(failure_of(done.error()));
}

// The survey is the module's own word that the order was carried out.
Done<TokenSurvey> look_again(const OpenHsm& hsm, const HsmTarget& target) {
  auto now = pkcs11::find_token(*hsm.module, target.token);
  if (!now) return Unexpected(failure_of(ExitCode::unavailable, now.error()));
  if (now->user_pin_locked || !now->user_pin_set)
    return Unexpected(Failure{ExitCode::failure,
                              "The module said yes, but does not show the token with a user PIN that is not locked; "
                              "look at it with signet-admin token list."});
  return std::move(*now);
}

Done<void> clear(const UnlockPin& record) {
  const auto clearing = record.clear();
  if (!clearing) return Unexpected(failure_of(clearing.error()));
  if (*clearing == UnlockPin::Clearing::cleared) return {};
  return refuse("signet-token has begun another login meanwhile, whose record stays; look again.");
}

}  // namespace

Done<void> may_try(const TokenSurvey& token, bool force) {
  if (token.user_pin_locked)
    return refuse(
        "The token's PIN is locked, and signet-token does not try it, record or not; set a new one with --reset and "
        "the "
        "SO PIN.");
  if (force) return {};
  if (token.user_pin_final_try)
    return refuse(
        "One try is left before the token locks its PIN, and signet-token does not take it; log in once with the right "
        "PIN (signet-admin key list), or set a new one with --reset, or give --force.");
  return {};
}

Done<std::string> unlock_pin(const Invocation& invocation) {
  const std::string& file = invocation.hsm.config;
  SIGNET_TRY_ASSIGN(const auto config, read_config(file, {"state-dir"}));
  const auto target = target_of(config, file);
  const auto any_record = UnlockPin::any(config.state_dir);
  if (!any_record) return Unexpected(failure_of(any_record.error()));
  SIGNET_TRY_ASSIGN(const auto hsm, look_at_token(target, *any_record || invocation.reset));
  std::optional<UnlockPin> record;
  if (hsm) {
    SIGNET_TRY_ASSIGN(record, find_record(config.state_dir, hsm->token.serial));
  }
  UnlockReport report{.link_name = target.link_name, .pin_file = config.pin_file, .reset = invocation.reset};
  if (record) report.record = RecordView{record->note(), record->since()};
  if (hsm) report.token = hsm->token;
  warn(record_in_words(report.record));
  if (hsm) warn(fmt::format("the token \"{}\" says: {}.", printable(hsm->token.label), flags_in_words(hsm->token)));

  if (invocation.reset) {
    SIGNET_TRY(set_new_pin(*hsm, invocation.secrets));
    SIGNET_TRY_ASSIGN(report.token, look_again(*hsm, target));
  } else if (hsm) {
    SIGNET_TRY(may_try(hsm->token, record && invocation.force));
  }
  if (record) SIGNET_TRY(clear(*record));
  report.cleared = record.has_value();
  return invocation.json ? json_of(report) : view(report);
}

}  // namespace signet::admin
