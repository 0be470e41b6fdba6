#include "daemon/service/rotation_status.h"

#include <boost/json/array.hpp>

#include "daemon/rules/jwk_set.h"
#include "daemon/rules/rotation.h"

namespace signet::service {
namespace {

namespace json = boost::json;

json::value kid_of(const rules::KeyPolicy& object, const rules::LiveState& live) {
  if (!object.kid.empty()) return json::string(object.kid);
  const auto known = rules::public_key_of(object, live);
  return known ? json::value(json::string(known->thumbprint())) : json::value(nullptr);
}

json::value seconds_of(const std::optional<std::chrono::sys_seconds>& time) {
  return time ? json::value(time->time_since_epoch().count()) : json::value(nullptr);
}

json::array holders_of(const rules::JwtHolders& holders, const std::string& object, std::int64_t now) {
  json::array list;
  for (const rules::JwtHolding& each : holders.of(object, now)) {
    list.push_back(
        json::object{{"uid", each.uid}, {"user", each.user}, {"count", each.count}, {"last_expiry", each.last_expiry}});
  }
  return list;
}

json::object next_of(const rules::NextKey& next, const rules::LiveState& live) {
  const auto condition = live.objects.find(rules::object_id(*next.key));
  const bool known = condition != live.objects.end();
  return {{"object", rules::place_of(*next.key)},
          {"kid", kid_of(*next.key, live)},
          {"from", seconds_of(next.from)},
          {"usable", known && condition->second.usable},
          {"message", known ? condition->second.message : "the token has not yet shown it"}};
}

}  // namespace

json::object rotation_status(const rules::KeyPolicy& key, const rules::LiveState& live, const CountedHolders& counted,
                             std::int64_t now) {
  json::object status{{"signs", json::object{{"object", rules::place_of(key)}, {"kid", kid_of(key, live)}}},
                      {"next", nullptr},
                      {"holders_since", counted.since}};
  if (key.rotation.next) status["next"] = next_of(*key.rotation.next, live);
  json::array& retiring = status["retiring"].emplace_array();
  const auto add = [&](const std::string& place, json::value kid, json::value until) {
    retiring.push_back(json::object{{"object", place},
                                    {"kid", std::move(kid)},
                                    {"until", std::move(until)},
                                    {"holders", holders_of(counted.holders, key.name + " " + place, now)}});
  };
  for (const rules::RetiringKey& each : key.rotation.retiring)
    add(rules::place_of(*each.key), kid_of(*each.key, live), seconds_of(each.until));
  for (const rules::FormerKey& each : key.rotation.former)
    if (each.until.time_since_epoch().count() > now) add(each.place, each.jwk.at("kid"), seconds_of(each.until));
  return status;
}

}  // namespace signet::service
