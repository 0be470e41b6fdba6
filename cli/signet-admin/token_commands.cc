#include "cli/signet-admin/token_commands.h"

#include <algorithm>

#include <fmt/format.h>

#include "cli/signet-admin/hsm_access.h"
#include "cli/signet-admin/secret_entry.h"
#include "cli/signet-admin/token_views.h"
#include "pkcs11/token_init.h"
#include "pkcs11/user_pin_change.h"

namespace signet::admin {
namespace {

using pkcs11::TokenSurvey;

Done<std::vector<TokenSurvey>> survey(const pkcs11::Module& module) {
  auto tokens = pkcs11::survey_tokens(module);
  if (!tokens) return Unexpected(failure_of(ExitCode::unavailable, tokens.error()));
  return std::move(*tokens);
}

Done<std::string> label_to_give(const HsmTarget& target) {
  const auto label = target.token.token.value_or("");
  if (label.empty() || label.size() > pkcs11::kMaxTokenLabelBytes) {
    return Unexpected(usage_failure(fmt::format("A new token's label has 1 to {} octets; give it with --token LABEL.",
                                                pkcs11::kMaxTokenLabelBytes)));
  }
  return label;
}

// The survey is the module's own word that the order was carried out.
Done<TokenSurvey> check_initialised(const pkcs11::Module& module, const std::string& label) {
  SIGNET_TRY_ASSIGN(const auto tokens, survey(module));
  const auto found =
      std::ranges::find_if(tokens, [&](const auto& token) { return token.initialized && token.label == label; });
  if (found == tokens.end() || !found->user_pin_set) {
    return Unexpected(Failure{ExitCode::failure,
                              "The module said yes, but does not show the token initialised and with a user PIN; look "
                              "at it with signet-admin token list."});
  }
  return *found;
}

std::string told(const TokenSurvey& token) {
  return fmt::format(
      "Initialised the token \"{}\" (serial {}) and set its SO PIN and user PIN.\nFor tokens.d:  token = {}\n",
      token.label, token.serial, to_string(Pkcs11Uri{.token = token.label}));
}

}  // namespace

Done<TokenSurvey> slot_to_initialise(const std::vector<TokenSurvey>& tokens, const Pkcs11Uri& uri, bool force) {
  const auto same =
      std::ranges::find_if(tokens, [&](const auto& token) { return token.initialized && pkcs11::matches(uri, token); });
  if (same != tokens.end() && force) return *same;
  if (same != tokens.end()) {
    return Unexpected(Failure{
        ExitCode::refused,
        fmt::format(
            "There is a token \"{}\" already (serial {}); --force initialises it again and destroys everything on it.",
            same->label, same->serial)});
  }
  Pkcs11Uri unnamed = uri;
  unnamed.token.reset();
  const auto fits = [&](const auto& token) { return !token.initialized && pkcs11::matches(unnamed, token); };
  const auto count = std::ranges::count_if(tokens, fits);
  if (count == 1) return *std::ranges::find_if(tokens, fits);
  if (count == 0)
    return Unexpected(Failure{ExitCode::unavailable,
                              "The module shows no token that waits to be initialised; see signet-admin token list."});
  return Unexpected(
      Failure{ExitCode::refused,
              "Several tokens wait to be initialised; say which with --token 'pkcs11:token=LABEL;serial=SERIAL'."});
}

Done<std::string> list_tokens(const Invocation& invocation, bool colour) {
  SIGNET_TRY_ASSIGN(const auto target, resolve(invocation.hsm));
  SIGNET_TRY_ASSIGN(const auto module, load_module(target.module));
  SIGNET_TRY_ASSIGN(const auto tokens, survey(*module));
  return invocation.json ? json_of(tokens) : view_tokens(tokens, colour);
}

Done<std::string> init_token(const Invocation& invocation) {
  SIGNET_TRY_ASSIGN(const auto target, resolve(invocation.hsm));
  SIGNET_TRY_ASSIGN(const auto label, label_to_give(target));
  SIGNET_TRY_ASSIGN(const auto module, load_module(target.module));
  SIGNET_TRY_ASSIGN(const auto tokens, survey(*module));
  SIGNET_TRY_ASSIGN(const auto slot, slot_to_initialise(tokens, target.token, invocation.force));
  SIGNET_TRY_ASSIGN(const auto so_pin,
                    slot.initialized
                        ? read_or_ask(invocation.secrets.so_pin, fmt::format("SO PIN of token \"{}\": ", slot.label))
                        : read_or_ask_twice(invocation.secrets.so_pin, "SO PIN"));
  SIGNET_TRY_ASSIGN(const auto user_pin, read_or_ask_twice(invocation.secrets.pin, "user PIN"));
  if (auto done = pkcs11::init_token(*module, slot.slot, label, so_pin, user_pin); !done)
    return Unexpected(failure_of(done.error()));
  SIGNET_TRY_ASSIGN(const auto token, check_initialised(*module, label));
  return told(token);
}

Done<std::string> change_pin(const Invocation& invocation) {
  SIGNET_TRY_ASSIGN(const auto target, resolve(invocation.hsm));
  SIGNET_TRY_ASSIGN(const auto hsm, open_hsm(target));
  SIGNET_TRY(check_pin_state(hsm.token));
  SIGNET_TRY_ASSIGN(const auto present,
                    read_or_ask(invocation.secrets.pin, fmt::format("PIN of token \"{}\": ", hsm.token.label)));
  SIGNET_TRY_ASSIGN(const auto fresh, read_or_ask_twice(invocation.secrets.new_pin, "user PIN"));
  const auto changed = pkcs11::change_user_pin(*hsm.module, hsm.token.slot, present, fresh);
  if (changed)
    return fmt::format(
        "Changed the user PIN of the token \"{}\" (serial {}) and logged in with the new one.\n"
        "A running signet-token stays logged in. Write the new PIN into its pin-file or credential before its next "
        "start.\n",
        hsm.token.label, hsm.token.serial);
  if (changed.error().code == ErrorCode::token_unavailable)
    return Unexpected(failure_of(ExitCode::unavailable, changed.error()));
  if (changed.error().code == ErrorCode::not_permitted) return Unexpected(pin_refused(hsm, changed.error()));
  return Unexpected(failure_of(changed.error()));
}

}  // namespace signet::admin
