#include "daemon/service/described_keys.h"

#include <algorithm>

#include <fmt/format.h>

#include "daemon/rules/key_certificate.h"
#include "daemon/rules/rotation.h"
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

/// Of an object's own first use: names of keys have no @.
std::string own_record(const rules::KeyPolicy& key) {
  return fmt::format("{}@{}", key.name, hex(sha256(bytes_of(rules::place_of(key)))).substr(0, 16));
}

/// For the log.
std::string name_of(const rules::KeyPolicy& key) {
  return key.in_rotation ? fmt::format("key {} ({})", key.name, key.object) : "key " + key.name;
}

/// An object that retires may be destroyed on its token.
bool still_needed(const rules::KeyPolicy& key, const rules::KeyPolicy& object) {
  return &object == &key || (key.rotation.next && key.rotation.next->key.get() == &object);
}

rules::KeyCondition broken(std::string message) { return {.usable = false, .message = std::move(message)}; }

void tell_change(const std::string& name, const rules::KeyCondition& known, const rules::KeyCondition& now) {
  if (now.usable && !known.usable) host::log(host::LogLevel::notice, name + ": can be used again");
  if (now.message.empty() || (now.usable == known.usable && now.message == known.message)) return;
  const std::string_view outcome = now.usable ? "" : "cannot be used: ";
  host::log(host::LogLevel::warning, fmt::format("{}: {}{}", name, outcome, now.message));
}

}  // namespace

void DescribedKeys::follow_configuration() {
  std::map<std::string, rules::KeyCondition, std::less<>> objects;
  const auto keep = [&](const std::string& id) {
    if (const auto known = state_.live.objects.find(id); known != state_.live.objects.end()) objects.insert(*known);
  };
  state_.live.keys.clear();
  for (const auto& [name, key] : state_.configuration->keys) {
    for (const rules::KeyPolicy* object : rules::objects_of(key)) keep(rules::object_id(*object));
    // Requests that came before the switch are still answered with these.
    for (const rules::FormerKey& former : key.rotation.former) keep(rules::object_id(name, former.place));
    const auto signing = objects.find(rules::object_id(key));
    if (signing != objects.end()) state_.live.keys.emplace(name, signing->second);
  }
  state_.live.objects = std::move(objects);
}

bool DescribedKeys::learn(const std::string& token, const TokenDescription& description) {
  // In any other state the token's keys are not looked at, and what was known of them stays true.
  if (description.state != TokenState::ready && description.state != TokenState::degraded) return true;
  bool all_usable = true;
  for (const auto& [name, key] : state_.configuration->keys) {
    for (const rules::KeyPolicy* object : rules::objects_of(key)) {
      if (object->token != token) continue;
      const auto described = std::ranges::find(description.keys, object->object, &KeyDescription::object);
      const bool in_order =
          take_verdict(*object, judge(*object, described == description.keys.end() ? nullptr : &*described));
      if (object == &key) state_.live.keys.insert_or_assign(name, state_.live.objects[rules::object_id(key)]);
      all_usable = all_usable && (in_order || !still_needed(key, *object));
    }
  }
  return all_usable;
}

// What was signed with a key that cannot be used any more still verifies with its public key.
bool DescribedKeys::take_verdict(const rules::KeyPolicy& object, rules::KeyCondition verdict) {
  rules::KeyCondition& known = state_.live.objects[rules::object_id(object)];
  tell_change(name_of(object), known, verdict);
  const auto pinned = pin(object);
  const bool was_its = known.public_key && pinned && pinned->spki_sha256 == known.public_key->spki_sha256();
  if (!verdict.public_key && was_its) verdict.public_key = std::move(known.public_key);
  known = std::move(verdict);
  return known.usable && known.message.empty();
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
  if (has_damaged_record(key))
    return unfit(
        "The record of this key's first use is damaged; ask the administrator to mend it, whose log names its place.");
  const std::optional<rules::PublicKeyPin> known = pin(key);
  if (known && known->spki_sha256 == shown.spki_sha256()) return {};
  if (known)
    return unfit(
        "The key on the token is not the one this name was given to; ask the administrator to look, and to name the "
        "right one (public-key) in the key's file.");
  const std::string record = key.in_rotation ? own_record(key) : key.name;
  if (const Result<void> recorded = pins_.record(record, shown.spki_sha256()); !recorded) {
    host::log_failure(host::LogLevel::error, name_of(key), recorded.error());
    return unfit(
        "The first use of this key cannot be recorded; ask the administrator to mend the daemon's state directory.");
  }
  host::log(host::LogLevel::notice, fmt::format("{}: first use of {} recorded", name_of(key), shown.pin()));
  return {};
}

bool DescribedKeys::has_damaged_record(const rules::KeyPolicy& key) const {
  const std::string own = own_record(key);
  if (key.pin || pins_.find(own)) return false;
  return pins_.is_damaged(own) || (!key.in_rotation && pins_.is_damaged(key.name));
}

std::optional<rules::PublicKeyPin> DescribedKeys::pin(const rules::KeyPolicy& key) const {
  if (key.pin) return key.pin;
  std::optional<Sha256Digest> recorded = pins_.find(own_record(key));
  if (!recorded && !key.in_rotation) recorded = pins_.find(key.name);
  if (!recorded) return std::nullopt;
  return rules::PublicKeyPin{*recorded, {}};
}

Result<void> DescribedKeys::keep_pin(const rules::KeyPolicy& former) {
  const auto known = pin(former);
  if (former.pin || !known) return {};
  return pins_.record(own_record(former), known->spki_sha256);
}

rules::KeyFacts DescribedKeys::facts(const rules::KeyPolicy& key, const rules::PublicKeyPin& pin) const {
  const auto condition = state_.live.objects.find(rules::object_id(key));
  if (condition == state_.live.objects.end()) return rules::facts_of(pin.spki_sha256, std::nullopt, std::nullopt);
  return rules::facts_of(pin.spki_sha256, condition->second.public_key, condition->second.certificate);
}

}  // namespace signet::service
