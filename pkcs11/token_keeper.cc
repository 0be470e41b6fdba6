#include "pkcs11/token_keeper.h"

#include <algorithm>
#include <random>
#include <thread>

#include <fmt/format.h>

#include "host/log.h"

namespace signet::pkcs11 {
namespace {

constexpr std::size_t kOpenerSlot = 0;
constexpr std::size_t kFirstSessionSlot = 1;

constexpr const char* kLostAgain =
    "the token is not there, or is lost each time it is opened; the operator must check the device and the log of "
    "signet-token";
/// What a module leaks at each C_Initialize goes with the image. The wait between tries is 30 s by then.
constexpr unsigned kTriesPerImage = 10;

double draw_jitter() {
  std::random_device random;
  return std::uniform_real_distribution<double>(0.8, 1.2)(random);
}

std::int64_t seconds_of(std::chrono::milliseconds wait) {
  return unix_now() + std::chrono::duration_cast<std::chrono::seconds>(wait + std::chrono::milliseconds(999)).count();
}

bool has_name(const TokenKey& key) { return !key.label.empty() || !key.id.empty(); }

/// Nobody asks for a key without a name (an import's own passing key is one): no reason for a warning at each start.
void log_unusable(const TokenKey& key) {
  const auto level = has_name(key) ? host::LogLevel::warning : host::LogLevel::debug;
  const std::string name = has_name(key) ? "key " + canonical_uri(key) : "a private key without label and id";
  host::log(level, fmt::format("{} is not used: {}", name, key.unusable));
}

void log_keys(const OpenedToken& token) {
  host::log(host::LogLevel::notice,
            fmt::format("token \"{}\" (serial {}) is open with {} sessions through {}", token.survey.label,
                        token.survey.serial, token.sessions.size(), token.module->description()));
  for (const TokenKey& key : token.keys) {
    if (!key.unusable.empty()) log_unusable(key);
  }
}

}  // namespace

TokenKeeper::TokenKeeper(Parts parts) : parts_(std::move(parts)) {}

void TokenKeeper::run(CallWatch& watch) {
  wait_after_losses();
  for (unsigned attempt = 0;; ++attempt) {
    auto token = open(watch);
    if (token) {
      serve(std::move(*token), watch);
      return probe_while_idle();
    }
    const OpeningFailure& failure = token.error();
    host::log_failure(host::LogLevel::error, "the token is not open", failure.error);
    if (failure.event == TokenEvent::lost) return give_up(TokenEvent::lost, failure.error.message);
    const auto wait = backoff(parts_.history.attempt + attempt, draw_jitter());
    const Action action = parts_.status.apply(failure.event, failure.error.message, seconds_of(wait));
    if (action != Action::try_again) return parts_.status.plan_next_try(0);
    if (failure.event == TokenEvent::not_found && attempt + 1 == kTriesPerImage)
      parts_.next_image.replace(failure.error.message, parts_.history.attempt + kTriesPerImage);
    std::this_thread::sleep_for(wait);
  }
}

Result<OpenedToken, OpeningFailure> TokenKeeper::open(CallWatch& watch) {
  const CallWatch::Scope scope(watch, kOpenerSlot, parts_.config.start_timeout);
  TokenOpening opening(
      parts_.config, parts_.credentials_directory, login_attempt_,
      [this](const TokenSurvey& token) { parts_.status.identify(token.label, token.serial); },
      [&scope] { scope.renew(); });
  return opening.run();
}

void TokenKeeper::serve(OpenedToken token, CallWatch& watch) {
  log_keys(token);
  const SigningPolicy policy{.verify = parts_.config.verify, .call_timeout = parts_.config.call_timeout};
  parts_.service.serve(std::make_unique<Pkcs11Signer>(
      std::move(token), policy, watch, kFirstSessionSlot,
      [this](const CallFailure& failure) { give_up(TokenEvent::lost, to_string(failure)); }));
}

// A token that was lost several times in a row without one good signature is not hammered. The first time callers wait
// with us; after that they are answered at once.
void TokenKeeper::wait_after_losses() {
  const std::uint32_t losses = parts_.history.attempt;
  if (losses == 0) return;
  const auto wait = backoff(losses - 1, draw_jitter());
  if (losses > 1)
    parts_.status.apply(TokenEvent::lost_again, kLostAgain, seconds_of(wait));
  else
    parts_.status.plan_next_try(seconds_of(wait));
  std::this_thread::sleep_for(wait);
  parts_.status.plan_next_try(0);
}

void TokenKeeper::probe_while_idle() {
  if (parts_.config.probe_interval == std::chrono::milliseconds::zero()) return;
  for (;;) {
    const std::string object = parts_.probes.wait_until_due();
    parts_.service.probe(object, Deadline::clock::now() + parts_.config.call_timeout);
  }
}

bool TokenKeeper::end_logins(std::chrono::milliseconds patience) { return login_attempt_.try_lock_for(patience); }

void TokenKeeper::give_up_late_call() {
  give_up(TokenEvent::overran, "a call into the PKCS#11 module is not back in time");
}

void TokenKeeper::give_up_bad_signatures() { give_up(TokenEvent::lost, "two signatures in a row did not verify"); }

// The status is told by the next image; asking here would take locks that a hanging thread may hold.
void TokenKeeper::give_up(TokenEvent event, const std::string& reason) {
  if (advance(parts_.status.state(), event).action != Action::re_execute) return;
  const char* what =
      parts_.next_image.is_retired() ? "the token is lost while leaving: " : "the token is lost, starting afresh: ";
  host::log(host::LogLevel::error, what + reason);
  parts_.next_image.replace(reason, next_attempt());
}

std::uint32_t TokenKeeper::next_attempt() const { return parts_.service.has_signed() ? 0 : parts_.history.attempt + 1; }

}  // namespace signet::pkcs11
