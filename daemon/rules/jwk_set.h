#pragma once

#include <chrono>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "daemon/rules/configuration.h"
#include "daemon/rules/views.h"
#include "proto/public_key.h"

// The public keys for services that verify JWTs themselves (RFC 7517 section 5). Any thread.
namespace signet::rules {

/// With `kid`, which is the thumbprint (RFC 7638 section 1) where the profile has none, `use` and `alg`.
boost::json::object jwk_of(const KeyPolicy& key, const PublicKey& public_key);

/// What is known of the public key of one of the key's objects: shown by the token, or whole in the key file.
std::optional<PublicKey> public_key_of(const KeyPolicy& object, const LiveState& live);

/// Of the keys marked `publish = yes`: the object that signs, the next one, and those whose JWTs still live. Disabled
/// keys included, for the same reason. A public key that is not known yet is left out.
std::vector<boost::json::object> published_keys(const Configuration& configuration, const LiveState& live,
                                                std::chrono::sys_seconds now);

/// Each `kid` that several keys of a set have: who verifies may take the wrong one of them.
std::vector<std::string> shared_kids(const std::vector<boost::json::object>& keys);

/// The keys of which published_keys leaves something out that no token has spoken of since the start. A set that is
/// kept in a file must wait for them, or it would lose what it holds.
std::vector<std::string> awaited_keys(const Configuration& configuration, const LiveState& live,
                                      std::chrono::sys_seconds now);

}  // namespace signet::rules
