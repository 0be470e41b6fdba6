#include "daemon/rules/rotation.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

namespace signet::rules {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

constexpr seconds kClockDifference{60};
constexpr std::size_t kMostSwitches = 16;

seconds longest_life(const KeyPolicy& key) {
  const LifetimeRule& rule = key.profile->lifetime;
  if (!rule.expires()) return key.profile->reuse.max_age.value_or(seconds(0));
  if (rule.long_lived && key.long_lived_allowed) return rule.long_lived->cap - rule.backdate;
  return rule.max_lifetime();
}

bool is_promoted(const KeyPolicy& as_written, const std::vector<KeySwitch>& switches) {
  const auto& next = as_written.rotation.next;
  return next && !switches.empty() && !switches.back().by_edit && switches.back().object == place_of(*next->key);
}

const RetiringKey* line_of(const std::vector<RetiringKey>& lines, const std::string& place) {
  const auto line = std::ranges::find_if(lines, [&](const RetiringKey& each) { return place_of(*each.key) == place; });
  return line == lines.end() ? nullptr : &*line;
}

/// A line that says until when counts; one that does not leaves it to the switch, where there was one.
std::vector<FormerKey> left_behind(const std::vector<KeySwitch>& switches, const std::vector<RetiringKey>& lines,
                                   const std::string& signing) {
  std::vector<FormerKey> former;
  for (const KeySwitch& each : switches) {
    const RetiringKey* line = line_of(lines, each.former);
    const bool said = line != nullptr && line->until;
    if (each.former != signing && !each.jwk.empty() && !said) former.push_back({each.former, each.jwk, each.until});
  }
  return former;
}

/// Without the switches that publish nothing any more, and that of an object which is about to be former anew.
std::vector<KeySwitch> without_spent(std::vector<KeySwitch> switches, const std::string& former, sys_seconds now) {
  std::erase_if(switches, [&](const KeySwitch& each) { return each.until <= now || each.former == former; });
  return switches;
}

/// One key on two tokens is a key that moves; on one token it has two names.
bool is_same_object(const KeyPolicy& key, const KeyCondition& signs, const KeyCondition& next) {
  return key.token == key.rotation.next->key->token && signs.public_key && next.public_key &&
         signs.public_key->spki_sha256() == next.public_key->spki_sha256();
}

void break_key(Configuration& configuration, const std::string& name, const std::string& why) {
  auto node = configuration.keys.extract(name);
  if (node.empty()) return;
  configuration.problems.push_back(
      {fmt::format("{}/{}", configuration.daemon.rotation_dir(), name), 0, "",
       fmt::format("is damaged ({}): see that the key file's object is the one that should sign, remove this record, "
                   "and reload",
                   why)});
  KeyPolicy& key = node.mapped();
  configuration.broken.emplace(
      name, BrokenKey{std::move(key.allow), key.profile->name,
                      "Which object of this key signs cannot be told; the administrator finds the reason in the log."});
}

}  // namespace

std::string place_of(const KeyPolicy& key) { return fmt::format("{} {}", key.token, key.object); }

std::string object_id(const KeyPolicy& key) { return object_id(key.name, place_of(key)); }

std::string object_id(std::string_view key_name, std::string_view place) {
  return fmt::format("{} {}", key_name, place);
}

std::vector<const KeyPolicy*> objects_of(const KeyPolicy& key) {
  std::vector<const KeyPolicy*> objects{&key};
  if (key.rotation.next) objects.push_back(key.rotation.next->key.get());
  for (const RetiringKey& retiring : key.rotation.retiring) objects.push_back(retiring.key.get());
  return objects;
}

KeyPolicy in_force(const KeyPolicy& as_written, const std::vector<KeySwitch>& switches) {
  const bool promoted = is_promoted(as_written, switches);
  KeyPolicy key = promoted ? *as_written.rotation.next->key : as_written;
  const std::string signing = place_of(key);
  key.rotation = {.former = left_behind(switches, as_written.rotation.retiring, signing)};
  if (!promoted) key.rotation.next = as_written.rotation.next;
  std::ranges::copy_if(
      as_written.rotation.retiring, std::back_inserter(key.rotation.retiring), [&](const RetiringKey& line) {
        const std::string place = place_of(*line.key);
        return place != signing &&
               std::ranges::find(key.rotation.former, place, &FormerKey::place) == key.rotation.former.end();
      });
  return key;
}

Configuration in_force(Configuration as_written, const SwitchRecords& records) {
  for (auto& [name, key] : as_written.keys) {
    const auto own = records.switches.find(name);
    if (own != records.switches.end()) key = in_force(KeyPolicy(key), own->second);
  }
  for (const auto& [name, why] : records.damaged) break_key(as_written, name, why);
  return as_written;
}

bool switch_is_due(const KeyPolicy& key, sys_seconds now) {
  const auto& next = key.rotation.next;
  return next && next->from && *next->from <= now;
}

Result<void> check_promotion(const KeyPolicy& key, ShownObjects shown) {
  if (!key.rotation.next)
    return Unexpected(Error{ErrorCode::invalid_request,
                            "this key's file names no next object, or that one signs already; name one with a line "
                            "next = pkcs11:object=LABEL in the key file"});
  constexpr seconds kLookAgain{5};
  const KeyCondition* next = shown.next;
  if (next == nullptr)
    return Unexpected(Error{ErrorCode::token_unavailable,
                            "the token has not yet shown the next object; see that its service runs, and try again",
                            {},
                            kLookAgain});
  if (!next->usable || !next->public_key)
    return Unexpected(
        Error{ErrorCode::token_unavailable,
              fmt::format("the next object cannot be used, so the present one signs on: {}", next->message),
              {},
              kLookAgain});
  if (shown.signs != nullptr && is_same_object(key, *shown.signs, *next))
    return Unexpected(Error{ErrorCode::invalid_request,
                            "the next object is the one that signs already, under another URI; name another object"});
  return {};
}

Result<void> check_room(const std::vector<KeySwitch>& switches, const std::string& former, sys_seconds now) {
  const auto kept = without_spent(switches, former, now);
  if (kept.size() < kMostSwitches) return {};
  const sys_seconds until = std::ranges::min(kept, {}, &KeySwitch::until).until;
  return Unexpected(Error{ErrorCode::rate_limited,
                          "this key was switched so often that the public key of tokens that are still valid would be "
                          "published no longer; try again when the first of them has expired",
                          {},
                          until - now});
}

std::string kid_of(const KeyPolicy& object, const KeyCondition* shown) {
  const bool known = object.kid_is_thumbprint && shown != nullptr && shown->public_key;
  return known ? shown->public_key->thumbprint() : object.kid;
}

sys_seconds retired_by(const KeyPolicy& former, sys_seconds switched_at) {
  return switched_at + longest_life(former) + kClockDifference;
}

std::optional<KeySwitch> switch_by_edit(const KeyPolicy& as_written, const std::vector<KeySwitch>& switches,
                                        LastSigner last, sys_seconds now) {
  const bool recorded = !switches.empty();
  if (!recorded && (last.key == nullptr || !last.key->publish)) return std::nullopt;
  const KeyPolicy signs = in_force(as_written, switches);
  KeySwitch made{.at = now,
                 .until = retired_by(last.key != nullptr ? *last.key : as_written, now),
                 .former = last.key != nullptr ? place_of(*last.key) : switches.back().object,
                 .object = place_of(signs),
                 .jwk = std::move(last.jwk),
                 .by_edit = true};
  if (made.former == made.object) return std::nullopt;
  if (recorded && made.jwk.empty() && made.former == switches.back().object) made.jwk = switches.back().object_jwk;
  // The lifetimes of an object that is in no file any more are those that the former one had, at least.
  if (recorded) made.until = std::max(made.until, now + (switches.back().until - switches.back().at));
  return made;
}

// The last one says which object signs, however old it is.
std::vector<KeySwitch> add_switch(std::vector<KeySwitch> switches, KeySwitch added) {
  switches = without_spent(std::move(switches), added.former, added.at);
  for (KeySwitch& each : switches) each.object_jwk.clear();
  if (switches.size() >= kMostSwitches) switches.erase(switches.begin());
  switches.push_back(std::move(added));
  return switches;
}

}  // namespace signet::rules
