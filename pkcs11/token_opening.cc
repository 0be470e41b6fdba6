#include "pkcs11/token_opening.h"

#include <chrono>
#include <random>
#include <thread>

#include "host/log.h"
#include "pkcs11/login_turn.h"
#include "pkcs11/mechanisms.h"
#include "pkcs11/object_listing.h"
#include "pkcs11/pin.h"
#include "proto/openssl_digest.h"

namespace signet::pkcs11 {
namespace {

constexpr const char* kFailsInside =
    "signet-token failed by itself, without fault of the token; the operator must look into its log: memory or "
    "OpenSSL's "
    "configuration is wanting";

/// Two processes that start together miss each other within one or two of these.
constexpr int kFindTries = 6;
constexpr std::chrono::milliseconds kShortestWait{20};

// The catalogue's sentence for such a failure speaks to a client of signetd, who has a request_id.
Unexpected<OpeningFailure> fail(TokenEvent event, Error error) {
  if (error.code == ErrorCode::internal) error.message = kFailsInside;
  return Unexpected(OpeningFailure{event, std::move(error)});
}
Unexpected<OpeningFailure> fail(TokenEvent event, std::string message) {
  return fail(event, Error{.code = ErrorCode::token_unavailable, .message = std::move(message)});
}

void wait_with_jitter(int tries_so_far) {
  std::random_device random;
  std::uniform_real_distribution<double> jitter(0.5, 1.5);
  const double milliseconds = static_cast<double>(kShortestWait.count()) * (1 << tries_so_far) * jitter(random);
  std::this_thread::sleep_for(std::chrono::duration<double, std::milli>(milliseconds));
}

/// What survey flags forbid a login. They are not always raised, so that their absence proves nothing.
const char* why_no_login(const TokenSurvey& token) {
  if (token.user_pin_locked)
    return "the token's PIN is locked; the operator must set a new one with signet-admin token unlock-pin --reset, "
           "then restart signet-token";
  if (token.user_pin_final_try) {
    return "one try is left before the token locks its PIN; the operator must log in once by hand with the right PIN, "
           "then restart signet-token";
  }
  return nullptr;
}
const char* why_not_set_up(const TokenSurvey& token) {
  if (token.pin_pad)
    return "the token takes its PIN from its own keypad, which a service cannot press; the operator must choose "
           "another token";
  if (!token.user_pin_set)
    return "the token has no user PIN yet; the operator must set one with signet-admin token init";
  if (token.user_pin_to_be_changed)
    return "the token wants its user PIN changed first; the operator must change it, then restart signet-token";
  return nullptr;
}

constexpr const char* kPinRefused =
    "the token refused the PIN, and it is not tried again; the operator must correct the PIN, or say with signet-admin "
    "token unlock-pin that it is right, then restart signet-token";
// The record does not tell a refusal from a login that was cut off.
constexpr const char* kTriedBefore =
    "this PIN was tried before and refused, or its outcome is not known, and it is not tried again; the operator must "
    "correct the PIN, or say with signet-admin token unlock-pin that it is right, then restart signet-token";
constexpr const char* kFailedAgain =
    "the login failed twice without a word about the PIN; its outcome is not known, and it is not tried again; the "
    "operator must check the device, say with signet-admin token unlock-pin that the PIN is right, then restart "
    "signet-token";
constexpr const char* kTokenFails = "the token does not answer as it should; the operator must check the device";

}  // namespace

TokenOpening::TokenOpening(const TokenConfig& config, std::string credentials_directory, std::timed_mutex& attempt,
                           Found found, AfterCall after_call)
    : config_(config),
      credentials_directory_(std::move(credentials_directory)),
      attempt_(attempt),
      found_(std::move(found)),
      after_call_(std::move(after_call)),
      record_(config.state_dir) {}

Result<OpenedToken, OpeningFailure> TokenOpening::run() {
  if (!openssl_has_digests())
    return fail(TokenEvent::setup_wrong, make_error(ErrorCode::internal, "OpenSSL has no SHA-256"));
  SIGNET_TRY_ASSIGN(OpenedToken token, find());
  found_(token.survey);
  auto first = Session::open(token.module->functions(), token.survey.slot, SessionMode::read_only);
  after_call_();
  if (!first) return fail(TokenEvent::not_found, token_error(first.error(), kTokenFails));
  if (token.survey.login_required) SIGNET_TRY(log_in(*first, token.survey));
  SIGNET_TRY(fill(token, std::move(*first)));
  return token;
}

Result<OpenedToken, OpeningFailure> TokenOpening::find() {
  for (int tries = 1;; ++tries) {
    auto token = find_once();
    const bool again = !token && token.error().event == TokenEvent::not_found && tries < kFindTries;
    if (!again) return token;
    wait_with_jitter(tries);
    after_call_();
  }
}

Result<OpenedToken, OpeningFailure> TokenOpening::find_once() const {
  auto module = Module::load(config_.module, after_call_);
  if (!module) {
    const bool wrong_file = module.error().code == ErrorCode::bad_configuration;
    return fail(wrong_file ? TokenEvent::setup_wrong : TokenEvent::not_found, module.error());
  }
  auto survey = find_token(**module, config_.token);
  after_call_();
  if (!survey) {
    const bool ambiguous = survey.error().code == ErrorCode::bad_configuration;
    return fail(ambiguous ? TokenEvent::setup_wrong : TokenEvent::not_found, survey.error());
  }
  return OpenedToken{.module = std::move(*module), .survey = std::move(*survey)};
}

Result<void, OpeningFailure> TokenOpening::check_record(const TokenSurvey& token, const host::Secret& pin,
                                                        LoginRecord::Verdict& verdict) const {
  const auto judged = record_.judge(token.serial, pin);
  if (!judged) return fail(TokenEvent::setup_wrong, judged.error());
  if (*judged == LoginRecord::Verdict::was_refused) {
    return fail(TokenEvent::pin_refused, Error{.code = ErrorCode::token_unavailable, .message = kTriedBefore});
  }
  verdict = *judged;
  const auto written = record_.write_pending(token.serial, pin);
  if (!written) return fail(TokenEvent::setup_wrong, written.error());
  return {};
}

Result<void, OpeningFailure> TokenOpening::log_in(const Session& session, const TokenSurvey& token) const {
  if (const char* reason = why_no_login(token)) return fail(TokenEvent::pin_refused, reason);
  if (const char* reason = why_not_set_up(token)) return fail(TokenEvent::setup_wrong, reason);
  auto pin = read_pin(config_, credentials_directory_);
  if (!pin) return fail(TokenEvent::setup_wrong, pin.error());
  const auto turn = LoginTurn::wait(config_.state_dir);
  if (!turn) return fail(TokenEvent::setup_wrong, turn.error());
  LoginRecord::Verdict verdict{};
  const std::scoped_lock attempt(attempt_);
  SIGNET_TRY(check_record(token, *pin, verdict));
  // Another service's login, which was waited for, is not part of this one.
  after_call_();
  const auto result = login(session, CKU_USER, pin->bytes());
  after_call_();
  if (result) {
    pin->wipe();
    const auto cleared = record_.clear(token.serial);
    if (!cleared) host::log_failure(host::LogLevel::error, "the record of the login stays", cleared.error());
    return {};
  }
  if (ckr_class(result.error().rv) == CkrClass::pin)
    return fail(TokenEvent::pin_refused, token_error(result.error(), kPinRefused));
  if (verdict == LoginRecord::Verdict::last_try)
    return fail(TokenEvent::pin_refused, token_error(result.error(), kFailedAgain));
  const auto noted = record_.note_unclear(token.serial, *pin);
  if (!noted) return fail(TokenEvent::pin_refused, noted.error());
  return fail(TokenEvent::lost, token_error(result.error(), kTokenFails));
}

Result<void, OpeningFailure> TokenOpening::fill(OpenedToken& token, Session first) const {
  auto lost = [](const CallFailure& failure) { return fail(TokenEvent::lost, token_error(failure, kTokenFails)); };
  const CK_FUNCTION_LIST& functions = token.module->functions();
  auto mechanisms = signing_mechanisms(functions, token.survey.slot, after_call_);
  if (!mechanisms) return lost(mechanisms.error());
  auto keys = list_keys(first, *mechanisms, after_call_);
  if (!keys) return lost(keys.error());
  const std::size_t wanted = token.module->serial() ? 1 : static_cast<std::size_t>(config_.sessions);
  auto sessions = open_sessions(functions, token.survey.slot, std::move(first), wanted, after_call_);
  if (!sessions) return lost(sessions.error());
  token.mechanisms = std::move(*mechanisms);
  token.keys = std::move(*keys);
  token.sessions = std::move(*sessions);
  return {};
}

}  // namespace signet::pkcs11
