#include "cli/signet-admin/program.h"

#include <unistd.h>

#include "cli/signet-admin/arguments.h"
#include "cli/signet-admin/audit_commands.h"
#include "cli/signet-admin/certificate_commands.h"
#include "cli/signet-admin/disable_commands.h"
#include "cli/signet-admin/key_commands.h"
#include "cli/signet-admin/policy_commands.h"
#include "cli/signet-admin/promote_command.h"
#include "cli/signet-admin/service_commands.h"
#include "cli/signet-admin/token_commands.h"
#include "cli/signet-admin/unlock_command.h"
#include "cli/terminal/output.h"
#include "cli/terminal/style.h"

namespace signet::admin {
namespace {

Done<Outcome> plain(Done<std::string> text) {
  if (!text) return Unexpected(text.error());
  return Outcome{.text = std::move(*text)};
}

Done<Outcome> perform(const Invocation& invocation) {
  const bool colour = terminal::shows_colour(STDOUT_FILENO);
  switch (invocation.command) {
    case Command::token_init:
      return plain(init_token(invocation));
    case Command::token_change_pin:
      return plain(change_pin(invocation));
    case Command::token_unlock_pin:
      return plain(unlock_pin(invocation));
    case Command::token_list:
      return plain(list_tokens(invocation, colour));
    case Command::key_import:
      return import_key(invocation);
    case Command::key_generate:
      return generate_key(invocation);
    case Command::key_list:
      return plain(list_keys(invocation, colour));
    case Command::key_promote:
      return plain(promote_key(invocation));
    case Command::key_disable:
      return plain(disable_key(invocation));
    case Command::key_enable:
      return plain(enable_key(invocation));
    case Command::reload:
      return plain(reload_service(invocation));
    case Command::status:
      return plain(show_status(invocation, colour));
    case Command::cert_csr:
      return plain(request_certificate(invocation));
    case Command::cert_self_signed:
      return plain(self_sign_certificate(invocation));
    case Command::cert_import:
      return plain(import_certificate(invocation));
    case Command::audit_verify:
      return verify_audit(invocation, colour);
    case Command::audit_who:
      return who_got_jwt(invocation, colour);
    case Command::audit_live:
      return live_jwts_of_key(invocation, colour);
    case Command::policy_check:
      return check_policy(invocation, colour);
    case Command::policy_test:
      return test_policy(invocation, colour);
    case Command::key_show:
      break;
  }
  return plain(show_key(invocation, colour));
}

Done<void> perform_and_print(const std::vector<std::string>& arguments) {
  SIGNET_TRY_ASSIGN(const auto parsed, parse_arguments(arguments));
  const auto* notice = std::get_if<Notice>(&parsed);
  SIGNET_TRY_ASSIGN(const auto outcome, notice != nullptr ? Done<Outcome>(Outcome{.text = notice->text})
                                                          : perform(*std::get_if<Invocation>(&parsed)));
  const auto written = terminal::write_all(STDOUT_FILENO, outcome.text);
  if (!written) return Unexpected(failure_of(written.error()));
  if (outcome.failure) return Unexpected(*outcome.failure);
  return {};
}

}  // namespace

ExitCode run(const std::vector<std::string>& arguments) {
  const auto done = perform_and_print(arguments);
  if (done) return ExitCode::ok;
  // Where stderr cannot be written either, the exit code is all there is left to say.
  static_cast<void>(terminal::write_all(STDERR_FILENO, "signet-admin: " + done.error().sentence + "\n").has_value());
  return done.error().code;
}

}  // namespace signet::admin
