#include "daemon/rules/jwk_set.h"

#include <algorithm>
#include <map>

#include <boost/json/string.hpp>

#include "daemon/rules/rotation.h"

namespace signet::rules {
namespace {

namespace json = boost::json;
using std::chrono::sys_seconds;

const KeyCondition* condition_of(const KeyPolicy& object, const LiveState& live) {
  const auto found = live.objects.find(object_id(object));
  return found == live.objects.end() ? nullptr : &found->second;
}

/// objects_of, without those whose time is over.
std::vector<const KeyPolicy*> published_objects(const KeyPolicy& key, sys_seconds now) {
  std::vector<const KeyPolicy*> objects{&key};
  if (key.rotation.next) objects.push_back(key.rotation.next->key.get());
  for (const RetiringKey& retiring : key.rotation.retiring)
    if (!retiring.until || now < *retiring.until) objects.push_back(retiring.key.get());
  return objects;
}

/// Two names may stand for one key.
void add(std::vector<json::object>& keys, json::object jwk) {
  if (std::ranges::find(keys, jwk) == keys.end()) keys.push_back(std::move(jwk));
}

}  // namespace

json::object jwk_of(const KeyPolicy& key, const PublicKey& public_key) {
  json::object jwk;
  for (const auto& [name, value] : public_key.jwk()) jwk.emplace(name, value);
  jwk.emplace("kid", key.kid.empty() ? public_key.thumbprint() : key.kid);
  jwk.emplace("use", "sig");
  jwk.emplace("alg", json::string(jose_name(key.algorithm)));
  return jwk;
}

std::optional<PublicKey> public_key_of(const KeyPolicy& object, const LiveState& live) {
  const KeyCondition* condition = condition_of(object, live);
  if (condition != nullptr && condition->public_key) return condition->public_key;
  if (!object.pin || object.pin->spki.empty()) return std::nullopt;
  const auto written = PublicKey::from_spki(object.pin->spki);
  return written ? std::optional(*written) : std::nullopt;
}

std::vector<json::object> published_keys(const Configuration& configuration, const LiveState& live, sys_seconds now) {
  std::vector<json::object> keys;
  for (const auto& [name, key] : configuration.keys) {
    if (!key.publish) continue;
    for (const KeyPolicy* object : published_objects(key, now))
      if (const auto known = public_key_of(*object, live)) add(keys, jwk_of(*object, *known));
    for (const FormerKey& former : key.rotation.former)
      if (now < former.until) add(keys, former.jwk);
  }
  return keys;
}

std::vector<std::string> shared_kids(const std::vector<json::object>& keys) {
  std::map<std::string, int> found;
  for (const json::object& key : keys) ++found[std::string(key.at("kid").as_string())];
  std::vector<std::string> shared;
  for (const auto& [kid, count] : found)
    if (count > 1) shared.push_back(kid);
  return shared;
}

std::vector<std::string> awaited_keys(const Configuration& configuration, const LiveState& live, sys_seconds now) {
  std::vector<std::string> names;
  for (const auto& [name, key] : configuration.keys) {
    if (!key.publish) continue;
    const bool waits = std::ranges::any_of(published_objects(key, now), [&](const KeyPolicy* object) {
      return condition_of(*object, live) == nullptr && !public_key_of(*object, live);
    });
    if (waits) names.push_back(name);
  }
  return names;
}

}  // namespace signet::rules
