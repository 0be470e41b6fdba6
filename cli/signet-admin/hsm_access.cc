#include "cli/signet-admin/hsm_access.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <random>
#include <thread>

#include <fmt/format.h>

#include "cli/signet-admin/secret_entry.h"
#include "cli/signet-admin/warning.h"
#include "proto/config_values.h"

namespace signet::admin {
namespace {

constexpr int kOpenTries = 6;

bool concerns_us(const ConfigProblem& problem, std::initializer_list<std::string_view> more) {
  constexpr std::array<std::string_view, 4> kOurs{"", "module", "module-args", "token"};
  return std::ranges::find(kOurs, problem.option) != kOurs.end() ||
         std::ranges::find(more, problem.option) != more.end();
}

void pause_with_jitter() {
  std::random_device random;
  std::this_thread::sleep_for(std::chrono::milliseconds(20 + random() % 120));
}

// An empty PIN means the token's own keypad.
Done<host::Secret> user_pin(const pkcs11::TokenSurvey& token, const SecretDescriptors& secrets) {
  if (!token.pin_pad || secrets.pin) return read_or_ask(secrets.pin, fmt::format("PIN of token \"{}\": ", token.label));
  warn("type the PIN on the token's own keypad.");
  auto none = host::Secret::allocate(0);
  if (!none) return Unexpected(failure_of(none.error()));
  return std::move(*none);
}

Done<void> log_in(const OpenHsm& hsm, pkcs11::Session& session, const SecretDescriptors& secrets) {
  SIGNET_TRY(check_pin_state(hsm.token));
  SIGNET_TRY_ASSIGN(auto pin, user_pin(hsm.token, secrets));
  const auto result = pkcs11::login(session, CKU_USER, pin.bytes());
  pin.wipe();
  if (result) return {};
  const bool about_pin = pkcs11::ckr_class(result.error().rv) == pkcs11::CkrClass::pin;
  const auto error = pkcs11::token_error(
      result.error(), about_pin ? "the token refused the PIN; it was tried once" : "the token does not log in");
  return Unexpected(about_pin ? pin_refused(hsm, error) : failure_of(error));
}

}  // namespace

Failure pin_refused(const OpenHsm& hsm, const Error& error) {
  auto failure = failure_of(ExitCode::refused, error);
  const auto now = pkcs11::find_token(*hsm.module, {.serial = hsm.token.serial});
  if (!now) return failure;
  if (now->user_pin_locked)
    failure.sentence += " The PIN is locked now; the security officer must set a new one.";
  else if (now->user_pin_final_try)
    failure.sentence += " One try is left before the PIN is locked.";
  else if (now->user_pin_count_low)
    failure.sentence += " The token counts wrong PINs, and says that tries have been used up.";
  return failure;
}

Done<void> check_pin_state(const pkcs11::TokenSurvey& token) {
  if (token.user_pin_locked) {
    return Unexpected(Failure{
        ExitCode::refused,
        fmt::format("The PIN of token \"{}\" is locked; the security officer must set a new one.", token.label)});
  }
  if (!token.user_pin_set) {
    return Unexpected(
        Failure{ExitCode::refused,
                fmt::format("Token \"{}\" has no user PIN yet; set one with signet-admin token init.", token.label)});
  }
  if (token.user_pin_final_try) warn("one try is left: another wrong PIN locks the token.");
  return {};
}

Done<pkcs11::TokenConfig> read_config(const std::string& file, std::initializer_list<std::string_view> more) {
  auto reading = pkcs11::load_token_config(file);
  std::string problems;
  for (const auto& problem : reading.problems) {
    if (concerns_us(problem, more)) problems += "\n  " + to_string(problem);
  }
  if (!problems.empty()) return Unexpected(Failure{ExitCode::failure, "The configuration cannot be used:" + problems});
  return std::move(reading.config);
}

HsmTarget target_of(const pkcs11::TokenConfig& config, const std::string& file) {
  return {config.module, config.token, std::filesystem::path(file).stem().string()};
}

Done<HsmTarget> resolve(const HsmOptions& options) {
  if (!options.config.empty()) {
    SIGNET_TRY_ASSIGN(const auto config, read_config(options.config, {}));
    return target_of(config, options.config);
  }
  HsmTarget target{options.module, options.token.value_or(Pkcs11Uri())};
  const auto label = target.token.token.value_or("");
  if (parse_name(label)) target.link_name = label;
  return target;
}

Done<std::unique_ptr<pkcs11::Module>> load_module(const pkcs11::ModuleSpec& spec) {
  auto module = pkcs11::Module::load(spec);
  if (!module) return Unexpected(failure_of(ExitCode::unavailable, module.error()));
  return std::move(*module);
}

Done<OpenHsm> open_hsm(const HsmTarget& target) {
  for (int tries_left = kOpenTries;;) {
    SIGNET_TRY_ASSIGN(auto module, load_module(target.module));
    auto token = pkcs11::find_token(*module, target.token);
    if (token) return OpenHsm{std::move(module), std::move(*token)};
    if (token.error().code != ErrorCode::not_found || --tries_left == 0)
      return Unexpected(failure_of(ExitCode::unavailable, token.error()));
    module.reset();
    pause_with_jitter();
  }
}

Done<pkcs11::Session> open_user_session(const OpenHsm& hsm, pkcs11::SessionMode mode,
                                        const SecretDescriptors& secrets) {
  auto session = pkcs11::Session::open(hsm.module->functions(), hsm.token.slot, mode);
  if (!session)
    return Unexpected(failure_of(ExitCode::unavailable,
                                 pkcs11::token_error(session.error(), "the token gives no session; check the device")));
  if (hsm.token.login_required) SIGNET_TRY(log_in(hsm, *session, secrets));
  return std::move(*session);
}

}  // namespace signet::admin
