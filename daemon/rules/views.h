#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "daemon/rules/configuration.h"
#include "daemon/rules/decide.h"
#include "daemon/rules/peer.h"
#include "proto/api.h"
#include "proto/public_key.h"
#include "proto/x509_certificate.h"

// The bodies of the GET calls, made from the configuration and from what the daemon has learnt so far.
namespace signet::rules {

/// What the token's service said of one key.
struct KeyCondition {
  bool usable = true;
  std::string message{};  ///< why not, or why it may soon be of no use: one sentence that a client may see
  std::optional<PublicKey> public_key{};         ///< once known
  std::optional<X509Certificate> certificate{};  ///< of that key; absent: the token has none
};

/// What changes while the daemon runs. The caller takes it under its own locks and hands over a copy or a reference
/// that stays still.
struct LiveState {
  std::map<std::string, TokenHealth, std::less<>> tokens;    ///< by token name
  std::map<std::string, KeyCondition, std::less<>> keys;     ///< by key name; a missing one was not yet described
  std::map<std::string, KeyCondition, std::less<>> objects;  ///< of all of their objects, by object_id() of rotation.h
  DisabledKeys disabled;
  bool audit_works = true;
};

/// "ready", "opening", "unavailable", "disabled" or "misconfigured". Any thread.
std::string key_state(const KeyPolicy& key, const LiveState& live);

/// GET /v1/keys: the keys the peer may use, its broken ones among them, sorted by name. Any thread.
std::vector<KeySummary> list_keys(const Configuration& configuration, const Peer& peer, const LiveState& live);

/// GET /v1/keys/{key}. Errors as authorise; a disabled key is shown as such. Any thread.
Result<KeyDetail> show_key(const Configuration& configuration, const Peer& peer, std::string_view key,
                           const LiveState& live);

/// GET /v1/whoami. Any thread.
WhoAmI who_am_i(const Peer& peer);

/// GET /v1/health: the tokens behind the peer's keys and those of its keys that cannot serve, or have a message.
/// "down", which HTTP says with 503, where the audit fails or the peer has keys and none can serve; "degraded" where
/// some cannot or have one. Any thread.
Health health_for(const Configuration& configuration, const Peer& peer, const LiveState& live);

}  // namespace signet::rules
