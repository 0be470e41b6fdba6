#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "daemon/rules/key_config.h"
#include "daemon/rules/views.h"
#include "proto/result.h"

// Which object of a key signs and which are published, from its key file and from the switches that were made. Pure;
// any thread.
namespace signet::rules {

/// A switch from one object to the next, by an officer or at a stated time, as it is kept over restarts.
struct KeySwitch {
  std::chrono::sys_seconds at{};
  std::chrono::sys_seconds until{};  ///< by then every JWT of the former object has expired
  std::string former{};              ///< place_of
  std::string object{};              ///< the same of the object that signs since then
  boost::json::object jwk{};         ///< the former object's public key, as it is published; empty: it was not known
  bool operator==(const KeySwitch&) const = default;
};
/// By key name; the oldest first.
using KeySwitches = std::map<std::string, std::vector<KeySwitch>, std::less<>>;

/// What the daemon has recorded, of all keys.
struct SwitchRecords {
  KeySwitches switches{};
  std::map<std::string, std::string, std::less<>>
      damaged{};  ///< by key name, what is wrong: which object signs, nobody can tell
};

/// Token and object: what makes one object another.
std::string place_of(const KeyPolicy& key);
/// The same within all keys: one object may serve several names.
std::string object_id(const KeyPolicy& key);
/// The object that signs, then `next` and those that retire.
std::vector<const KeyPolicy*> objects_of(const KeyPolicy& key);

/// The key as it is in force. Where the last switch was to the object that the key file calls `next`, that one signs,
/// with its own header and variables. Once the file has been brought up to date, the same object signs as its `object`.
/// What the switches left behind stays published, unless a `retiring` line says until when.
KeyPolicy in_force(const KeyPolicy& as_written, const std::vector<KeySwitch>& switches);
/// The same for every key. One whose record is damaged is broken, and the problems say how to mend it.
Configuration in_force(Configuration as_written, const SwitchRecords& records);

/// The stated time has come.
bool switch_is_due(const KeyPolicy& key, std::chrono::sys_seconds now);

/// May the next object sign? `next`: what its token said of it, null where nothing yet. Errors: invalid_request where
/// the key has none, token_unavailable with the token's words.
Result<void> check_promotion(const KeyPolicy& key, const KeyCondition* next);

/// The `kid` of what this object signs, as its token has shown it; empty where its JWTs have none.
std::string kid_of(const KeyPolicy& object, const KeyCondition* shown);

/// When the last JWT that this object signed before `switched_at` has expired at the latest, with a minute for clocks
/// that differ. Where the profile has no expiry: when the last one is no longer handed out.
std::chrono::sys_seconds retired_by(const KeyPolicy& former, std::chrono::sys_seconds switched_at);

/// The key's switches with one more, and without those that nothing depends on any more.
std::vector<KeySwitch> add_switch(std::vector<KeySwitch> switches, KeySwitch added);

}  // namespace signet::rules
