#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "daemon/rules/key_config.h"
#include "daemon/rules/views.h"
#include "proto/result.h"

// Which object of a key signs and which are published, from its key file and from the switches that were made. Pure;
// any thread.
namespace signet::rules {

/// A switch from one object to another: a promotion by an officer or at a stated time, or what an edit of the key file
/// did without one. As it is kept over restarts.
struct KeySwitch {
  std::chrono::sys_seconds at{};
  std::chrono::sys_seconds until{};  ///< by then every JWT of the former object has expired
  std::string former{};              ///< place_of
  std::string object{};              ///< the same of the object that signs since then
  boost::json::object jwk{};         ///< the former object's public key, as it is published; empty: it was not known
  boost::json::object object_jwk{};  ///< the same of the other object; kept with the last switch alone
  bool by_edit = false;              ///< the key file itself named the other object; `next` had no part in it
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
/// Of an object in that place.
std::string object_id(std::string_view key_name, std::string_view place);
/// The object that signs, then `next` and those that retire.
std::vector<const KeyPolicy*> objects_of(const KeyPolicy& key);

/// The key as it is in force. Where the last switch promoted the object that the key file calls `next`, that one signs,
/// with its own header and variables. Once the file has been brought up to date, the same object signs as its `object`.
/// What the switches left behind stays published, unless a `retiring` line says until when.
KeyPolicy in_force(const KeyPolicy& as_written, const std::vector<KeySwitch>& switches);
/// The same for every key. One whose record is damaged is broken, and the problems say how to mend it.
Configuration in_force(Configuration as_written, const SwitchRecords& records);

/// The stated time has come.
bool switch_is_due(const KeyPolicy& key, std::chrono::sys_seconds now);

/// What the tokens said of an object and of the next one; null where nothing yet.
struct ShownObjects {
  const KeyCondition* signs = nullptr;
  const KeyCondition* next = nullptr;
};
/// May the next object sign? Errors: invalid_request where the key has none, or it is the present one under another
/// URI; token_unavailable with the token's words.
Result<void> check_promotion(const KeyPolicy& key, ShownObjects shown);
/// Is there room for one more switch, away from the object at `former`? Error rate_limited where the record of one
/// would have to go that keeps the public key of live JWTs published.
Result<void> check_room(const std::vector<KeySwitch>& switches, const std::string& former,
                        std::chrono::sys_seconds now);

/// The `kid` of what this object signs, as its token has shown it; empty where its JWTs have none.
std::string kid_of(const KeyPolicy& object, const KeyCondition* shown);

/// When the last JWT that this object signed before `switched_at` has expired at the latest, with a minute for clocks
/// that differ. Where the profile has no expiry: when the last one is no longer handed out.
std::chrono::sys_seconds retired_by(const KeyPolicy& former, std::chrono::sys_seconds switched_at);

/// The object that signed last, as far as it is known.
struct LastSigner {
  const KeyPolicy* key = nullptr;  ///< in force until now; null after a start
  boost::json::object jwk{};       ///< of that key; empty: not known
};
/// The switch that an edit of the key file amounts to, where it makes another object sign than the one that signed
/// last: whatever the file says, that one's JWTs live on. Nothing where the same object signs on, where nobody knows
/// which one signed, and where that one was never published.
std::optional<KeySwitch> switch_by_edit(const KeyPolicy& as_written, const std::vector<KeySwitch>& switches,
                                        LastSigner last, std::chrono::sys_seconds now);

/// The key's switches with one more, and without those that nothing depends on any more; the oldest goes where they
/// are too many (check_room).
std::vector<KeySwitch> add_switch(std::vector<KeySwitch> switches, KeySwitch added);

}  // namespace signet::rules
