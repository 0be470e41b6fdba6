#include "daemon/service/described_keys.h"

#include <algorithm>

#include <fmt/format.h>

#include "daemon/rules/key_certificate.h"
#include "host/log.h"
#include "proto/public_key.h"

namespace signet::service {
namespace {

Unexpected<Error> unfit(std::string message) {
  return Unexpected(Error{ErrorCode::token_unavailable, std::move(message)});
}

Result<PublicKey> shown_key(const rules::KeyPolicy& key, const KeyDescription& described) {
  if (!described.spki.empty()) return PublicKey::from_spki(described.spki);
  if (key.pin && !key.pin->spki.empty()) return PublicKey::from_spki(key.pin->spki);
  return unfit(
      "The token shows no public key for this key; ask the administrator to write the whole key into the key's file "
      "(public-key = spki:…).");
}

Result<void> check_algorithm(const rules::KeyPolicy& key, const KeyDescription& described, const PublicKey& shown) {
  const std::string_view name = jose_name(key.algorithm);
  if (!shown.fits(key.algorithm))
    return unfit(fmt::format(
        "This key's configuration says {}, but the key on the token is {}; ask the administrator to name the right "
        "key or alg in the key's file.",
        name, key_type_name(shown.type())));
  if (std::ranges::find(described.algorithms, name) == described.algorithms.end()) {
    return unfit(
        fmt::format("The token cannot sign {} with this key; ask the administrator to name another alg or to use "
                    "another token.",
                    name));
  }
  return {};
}

/// signet-token has held it against the key already; this is the daemon's own look.
std::optional<X509Certificate> shown_certificate(const KeyDescription& described, const PublicKey& shown) {
  if (described.certificate.empty()) return std::nullopt;
  auto certificate = X509Certificate::from_der(described.certificate);
  if (!certificate || certificate->public_key().spki_sha256() != shown.spki_sha256()) return std::nullopt;
  return *std::move(certificate);
}

rules::KeyCondition broken(std::string message) { return {.usable = false, .message = std::move(message)}; }

void tell_change(const std::string& name, const rules::KeyCondition& known, const rules::KeyCondition& now) {
  if (now.usable && !known.usable) host::log(host::LogLevel::notice, fmt::format("key {}: can be used again", name));
  if (now.message.empty() || (now.usable == known.usable && now.message == known.message)) return;
  const std::string_view outcome = now.usable ? "" : "cannot be used: ";
  host::log(host::LogLevel::warning, fmt::format("key {}: {}{}", name, outcome, now.message));
}

}  // namespace

void DescribedKeys::follow_configuration() {
  std::erase_if(judged_, [this](const auto& judged) {
    const auto key = state_.configuration->keys.find(judged.first);
    return key == state_.configuration->keys.end() || judged.second != Place{key->second.token, key->second.object};
  });
  std::erase_if(state_.live.keys, [this](const auto& condition) { return !judged_.contains(condition.first); });
}

bool DescribedKeys::learn(const std::string& token, const TokenDescription& description) {
  // In any other state the token's keys are not looked at, and what was known of them stays true.
  if (description.state != TokenState::ready && description.state != TokenState::degraded) return true;
  bool all_usable = true;
  for (const auto& [name, key] : state_.configuration->keys) {
    if (key.token != token) continue;
    const auto described = std::ranges::find(description.keys, key.object, &KeyDescription::object);
    rules::KeyCondition verdict = judge(key, described == description.keys.end() ? nullptr : &*described);
    rules::KeyCondition& known = state_.live.keys[name];
    tell_change(name, known, verdict);
    all_usable = all_usable && verdict.usable && verdict.message.empty();
    known = std::move(verdict);
    judged_.insert_or_assign(name, Place{key.token, key.object});
  }
  return all_usable;
}

rules::KeyCondition DescribedKeys::judge(const rules::KeyPolicy& key, const KeyDescription* described) {
  if (described == nullptr)
    return broken("The token's service says nothing of this key; ask the administrator to look into its log.");
  if (!described->usable) return broken(described->message);
  const Result<PublicKey> shown = shown_key(key, *described);
  if (!shown) return broken(shown.error().message);
  if (const Result<void> fits = check_algorithm(key, *described, *shown); !fits) return broken(fits.error().message);
  if (const Result<void> pinned = check_pin(key, *shown); !pinned) return broken(pinned.error().message);
  std::optional<X509Certificate> certificate = shown_certificate(*described, *shown);
  rules::CertificateVerdict verdict = rules::judge_certificate(key, certificate, wall_now());
  return {.usable = verdict.usable,
          .message = std::move(verdict.message),
          .public_key = *shown,
          .certificate = std::move(certificate)};
}

Result<void> DescribedKeys::check_pin(const rules::KeyPolicy& key, const PublicKey& shown) {
  const std::optional<rules::PublicKeyPin> known = pin(key);
  if (known && known->spki_sha256 == shown.spki_sha256()) return {};
  if (known)
    return unfit(
        "The key on the token is not the one this name was given to; ask the administrator to look, and to name the "
        "right one (public-key) in the key's file.");
  if (const Result<void> recorded = pins_.record(key.name, shown.spki_sha256()); !recorded) {
    host::log_failure(host::LogLevel::error, "key " + key.name, recorded.error());
    return unfit(
        "The first use of this key cannot be recorded; ask the administrator to mend the daemon's state directory.");
  }
  host::log(host::LogLevel::notice, fmt::format("key {}: first use of {} recorded", key.name, shown.pin()));
  return {};
}

std::optional<rules::PublicKeyPin> DescribedKeys::pin(const rules::KeyPolicy& key) const {
  if (key.pin) return key.pin;
  if (const std::optional<Sha256Digest> recorded = pins_.find(key.name)) return rules::PublicKeyPin{*recorded, {}};
  return std::nullopt;
}

rules::KeyFacts DescribedKeys::facts(const rules::KeyPolicy& key, const rules::PublicKeyPin& pin) const {
  const auto condition = state_.live.keys.find(key.name);
  if (condition == state_.live.keys.end()) return rules::facts_of(pin.spki_sha256, std::nullopt, std::nullopt);
  return rules::facts_of(pin.spki_sha256, condition->second.public_key, condition->second.certificate);
}

}  // namespace signet::service
