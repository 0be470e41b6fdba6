#include "daemon/rules/rotation.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

namespace signet::rules {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

constexpr seconds kClockDifference{60};
constexpr std::size_t kMostSwitches = 4;

seconds longest_life(const KeyPolicy& key) {
  const LifetimeRule& rule = key.profile->lifetime;
  if (!rule.expires()) return key.profile->reuse.max_age.value_or(seconds(0));
  if (rule.long_lived && key.long_lived_allowed) return rule.long_lived->cap - rule.backdate;
  return rule.max_lifetime();
}

bool is_promoted(const KeyPolicy& as_written, const std::vector<KeySwitch>& switches) {
  const auto& next = as_written.rotation.next;
  return next && !switches.empty() && switches.back().object == place_of(*next->key);
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

std::string object_id(const KeyPolicy& key) { return fmt::format("{} {}", key.name, place_of(key)); }

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

Result<void> check_promotion(const KeyPolicy& key, const KeyCondition* next) {
  if (!key.rotation.next)
    return Unexpected(Error{ErrorCode::invalid_request,
                            "this key's file names no next object, or that one signs already; write a line next = …"});
  constexpr seconds kLookAgain{5};
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
  return {};
}

std::string kid_of(const KeyPolicy& object, const KeyCondition* shown) {
  const bool known = object.kid_is_thumbprint && shown != nullptr && shown->public_key;
  return known ? shown->public_key->thumbprint() : object.kid;
}

sys_seconds retired_by(const KeyPolicy& former, sys_seconds switched_at) {
  return switched_at + longest_life(former) + kClockDifference;
}

// The last one says which object signs, however old it is.
std::vector<KeySwitch> add_switch(std::vector<KeySwitch> switches, KeySwitch added) {
  std::erase_if(switches, [&](const KeySwitch& each) { return each.until <= added.at || each.former == added.former; });
  if (switches.size() >= kMostSwitches) switches.erase(switches.begin());
  switches.push_back(std::move(added));
  return switches;
}

}  // namespace signet::rules
