#include "daemon/rules/views.h"

#include <algorithm>

#include <fmt/format.h>

#include "daemon/rules/allow.h"
#include "daemon/rules/jwk_set.h"
#include "daemon/rules/may_ask.h"

namespace signet::rules {
namespace {

constexpr std::string_view kReady = "ready";
constexpr std::string_view kMisconfigured = "misconfigured";
constexpr std::string_view kDisabled = "disabled";

template <class Map>
const typename Map::mapped_type* find(const Map& map, std::string_view name) {
  const auto found = map.find(name);
  return found == map.end() ? nullptr : &found->second;
}

std::string state_of_token(const LiveState& live, std::string_view token) {
  const auto* health = find(live.tokens, token);
  if (health == nullptr) return "opening";  // not yet asked
  if (health->state == "ready" || health->state == "degraded") return std::string(kReady);
  return health->state == "opening" ? "opening" : "unavailable";
}

/// The one in its JWTs; empty where there is none, or it is not known yet.
std::string kid_of(const KeyPolicy& key, const LiveState& live) {
  const auto* condition = key.kid_is_thumbprint ? find(live.keys, key.name) : nullptr;
  return condition != nullptr && condition->public_key ? condition->public_key->thumbprint() : key.kid;
}

KeySummary summary_of(const KeyPolicy& key, const LiveState& live) {
  return {key.name, key.profile->name, std::string(jose_name(key.algorithm)), kid_of(key, live), key_state(key, live)};
}

KeySummary summary_of(const std::string& name, const BrokenKey& key) {
  return {name, key.profile, "", "", std::string(kMisconfigured)};
}

/// Only health distinguishes a key that waits for its token, which will be served, from one that is refused.
bool can_serve(std::string_view state) { return state == kReady || state == "opening"; }

KeyHealth health_of(const KeyPolicy& key, const LiveState& live) {
  const auto state = key_state(key, live);
  if (state == kDisabled) return {state, "The administrator has disabled this key."};
  const auto* condition = find(live.keys, key.name);
  if (condition != nullptr && !condition->message.empty() && (state == kMisconfigured || can_serve(state)))
    return {state, condition->message};
  return {state, fmt::format("Token {} cannot sign now; its own entry says why.", key.token)};
}

class HealthBuilder {
 public:
  explicit HealthBuilder(const LiveState& live) : live_(live) {}

  void add(const KeyPolicy& key) {
    const auto* token = find(live_.tokens, key.token);
    health_.tokens[key.token] =
        token != nullptr ? *token : TokenHealth{"opening", "The daemon has not yet heard of this token.", 0};
    const auto state = key_state(key, live_);
    const auto* condition = find(live_.keys, key.name);
    const bool has_message = condition != nullptr && !condition->message.empty();
    all_ready_ = all_ready_ && state == kReady && health_.tokens[key.token].state == kReady && !has_message;
    any_serves_ = any_serves_ || can_serve(state);
    if (!can_serve(state) || has_message) health_.keys.emplace(key.name, health_of(key, live_));
    any_ = true;
  }

  void add(const std::string& name, const BrokenKey& key) {
    health_.keys.emplace(name, KeyHealth{std::string(kMisconfigured), key.message});
    all_ready_ = false;
    any_ = true;
  }

  Health take() && {
    const bool down = !live_.audit_works || (any_ && !any_serves_);
    health_.audit = live_.audit_works ? "ok" : "failing";
    health_.status = down ? "down" : all_ready_ ? "ok" : "degraded";
    return std::move(health_);
  }

 private:
  const LiveState& live_;
  Health health_{};
  bool any_ = false;
  bool any_serves_ = false;
  bool all_ready_ = true;
};

}  // namespace

std::string key_state(const KeyPolicy& key, const LiveState& live) {
  if (live.disabled.contains(key.name)) return std::string(kDisabled);
  const auto* condition = find(live.keys, key.name);
  if (condition != nullptr && !condition->usable) return std::string(kMisconfigured);
  return state_of_token(live, key.token);
}

std::vector<KeySummary> list_keys(const Configuration& configuration, const Peer& peer, const LiveState& live) {
  std::vector<KeySummary> list;
  for (const auto& [name, key] : configuration.keys)
    if (admitting_line(key.allow, peer)) list.push_back(summary_of(key, live));
  for (const auto& [name, key] : configuration.broken)
    if (admitting_line(key.allow, peer)) list.push_back(summary_of(name, key));
  std::ranges::sort(list, {}, &KeySummary::name);
  return list;
}

Result<KeyDetail> show_key(const Configuration& configuration, const Peer& peer, std::string_view key,
                           const LiveState& live) {
  SIGNET_TRY_ASSIGN(const KeyPolicy* policy, authorise(configuration, peer, key));
  KeyDetail detail{.summary = summary_of(*policy, live)};
  const auto* condition = find(live.keys, key);
  if (condition != nullptr && condition->public_key) detail.jwk = jwk_of(*policy, *condition->public_key);
  detail.may_ask = may_ask(*policy);
  detail.admitted_by = policy->allow[*admitting_line(policy->allow, peer)].text;
  return detail;
}

WhoAmI who_am_i(const Peer& peer) { return {peer.uid, peer.user, peer.gid, peer.groups, peer.unit, peer.slice}; }

Health health_for(const Configuration& configuration, const Peer& peer, const LiveState& live) {
  HealthBuilder builder(live);
  for (const auto& [name, key] : configuration.keys)
    if (admitting_line(key.allow, peer)) builder.add(key);
  for (const auto& [name, key] : configuration.broken)
    if (admitting_line(key.allow, peer)) builder.add(name, key);
  return std::move(builder).take();
}

}  // namespace signet::rules
