#include "cli/signet-admin/policy_key_view.h"

#include <algorithm>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/terminal/may_ask_text.h"
#include "cli/terminal/table.h"
#include "daemon/rules/late_values.h"
#include "daemon/rules/may_ask.h"
#include "daemon/rules/policy_warnings.h"
#include "host/peer_credentials.h"
#include "proto/timestamp.h"

namespace signet::admin {
namespace {

namespace json = boost::json;
using Fields = std::vector<std::pair<std::string, terminal::Cell>>;

std::string service_of(const rules::KeyPolicy& key) {
  auto text = fmt::format("{} (profile {}), {}", key.profile->title, key.profile->name, jose_name(key.algorithm));
  if (!key.kid.empty()) text += ", key id " + key.kid;
  if (!key.role.empty()) text += ", role " + key.role;
  return text;
}

// "group:builders uid:7 (uid 7, gid 2001)"
std::string allow_text(const rules::AllowLine& line) {
  std::vector<std::string> ids;
  if (line.uid) ids.push_back(fmt::format("uid {}", *line.uid));
  for (const gid_t gid : line.gids) ids.push_back(fmt::format("gid {}", gid));
  return ids.empty() ? line.text : fmt::format("{} ({})", line.text, fmt::join(ids, ", "));
}

const rules::CallerClaim* caller_claim(const rules::KeyPolicy& key, std::string_view name) {
  const auto& claims = key.profile->caller_claims;
  const auto found = std::ranges::find(claims, name, &rules::CallerClaim::name);
  return found == claims.end() ? nullptr : &*found;
}

// What profile and key file set, but for what the profile keeps out of every record.
json::object set_claims(const rules::KeyPolicy& key) {
  json::object claims = key.fixed_claims;
  for (const auto& member : key.rules.forced) {
    const auto* claim = caller_claim(key, member.key());
    const bool secret = claim != nullptr && claim->secret;
    claims.insert_or_assign(member.key(), secret ? json::value("(secret)") : member.value());
  }
  return json::parse(rules::name_marks(json::serialize(claims))).as_object();
}

void add_claims(Fields& fields, const rules::KeyPolicy& key, const MayAsk& ask) {
  for (const auto& member : set_claims(key)) {
    const bool forced = key.rules.forced.contains(member.key());
    fields.push_back(
        {fmt::format("claim {}", std::string_view(member.key())),
         {fmt::format("{}, set by {}", json::serialize(member.value()), forced ? "the key file" : "the profile")}});
  }
  for (const auto& claim : ask.claims)
    fields.push_back({"claim " + claim.name, {"the caller's: " + terminal::claim_text(claim)}});
  for (const auto& claim : key.profile->caller_claims) {
    if (rules::can_be_given(key, claim.name) || key.rules.forced.contains(claim.name)) continue;
    const bool left_out = !rules::lets_through(key.rules, claim.name);
    fields.push_back({"claim " + claim.name,
                      {fmt::format("nobody's: {}",
                                   left_out ? "caller-claims leaves it out" : "another claim stands in its place")}});
  }
  if (!ask.exactly_one_of.empty())
    fields.push_back({"exactly one of", {fmt::format("{}", fmt::join(ask.exactly_one_of, ", "))}});
}

std::string lifetime_of(const MayAsk& ask) {
  if (!ask.default_lifetime) return "no expiry";
  return fmt::format("{}, at most {}", terminal::lifetime_text(ask.default_lifetime),
                     terminal::lifetime_text(ask.max_lifetime));
}

std::string in_words(const rules::KeyPolicy& object) {
  return fmt::format("{} (token {}){}", object.object, object.token,
                     object.kid.empty() ? "" : fmt::format(", key id {}", object.kid));
}

void add_objects(Fields& fields, const rules::KeyPolicy& key) {
  const auto& rotation = key.rotation;
  fields.push_back({"object", {fmt::format("{} (token {})", key.object, key.token)}});
  if (rotation.next)
    fields.push_back(
        {"next",
         {fmt::format("{}; signs {}", in_words(*rotation.next->key),
                      rotation.next->from ? "from " + utc_timestamp(*rotation.next->from) + " on, or once promoted"
                                          : fmt::format("after signet-admin key promote {}", key.name))}});
  for (const auto& retiring : rotation.retiring)
    fields.push_back({"retiring",
                      {fmt::format("{}; signs no more, published {}", in_words(*retiring.key),
                                   retiring.until ? "until " + utc_timestamp(*retiring.until)
                                                  : std::string("as long as its line stands"))}});
  fields.push_back({"publish", {key.publish ? "yes: GET /v1/jwks has the public keys of all these objects" : "no"}});
}

std::string view_key(const ExplainedKey& key, bool colour) {
  const auto ask = rules::may_ask(key.policy);
  Fields fields{{"service", {service_of(key.policy)}}};
  add_objects(fields, key.policy);
  if (key.policy.allow.empty()) fields.push_back({"who", {"nobody", terminal::Tone::bad}});
  for (const auto& line : key.policy.allow)
    fields.push_back({fields.back().first == "publish" ? "who" : "or", {allow_text(line)}});
  add_claims(fields, key.policy, ask);
  fields.push_back({"scope", {key.policy.rules.forced.contains("scope") ? "set above" : terminal::scope_text(ask)}});
  fields.push_back({"lifetime", {lifetime_of(ask)}});
  if (key.rates.empty()) fields.push_back({"rate", {"no limit"}});
  for (const auto& rate : key.rates) fields.push_back({rate.option, {rate.value}});
  fields.push_back({"rules", {terminal::mode_text(ask)}});
  for (const auto& warning : rules::policy_warnings(key.policy, host::overflow_uid()))
    fields.push_back({"warning", {warning, terminal::Tone::doubtful}});
  return fmt::format("{} ({})\n{}\n", terminal::paint(key.policy.name, terminal::Tone::heading, colour),
                     terminal::printable(key.path), terminal::render_fields(fields, colour));
}

json::array allow_json(const std::vector<rules::AllowLine>& lines) {
  json::array array;
  for (const auto& line : lines) {
    json::object object{{"text", line.text}};
    if (line.uid) object.emplace("uid", *line.uid);
    if (!line.gids.empty()) object.emplace("gids", json::array(line.gids.begin(), line.gids.end()));
    array.push_back(std::move(object));
  }
  return array;
}

json::object object_json(const rules::KeyPolicy& object) {
  return {{"token", object.token}, {"object", object.object}, {"kid", object.kid}};
}

json::value seconds_json(const std::optional<std::chrono::sys_seconds>& time) {
  return time ? json::value(time->time_since_epoch().count()) : json::value();
}

void put_objects(json::object& object, const rules::KeyPolicy& key) {
  object["token"] = key.token;
  object["object"] = key.object;
  object["publish"] = key.publish;
  object["next"] = nullptr;
  if (const auto& next = key.rotation.next) {
    auto told = object_json(*next->key);
    told["from"] = seconds_json(next->from);
    object["next"] = std::move(told);
  }
  json::array retiring;
  for (const auto& each : key.rotation.retiring) {
    auto told = object_json(*each.key);
    told["until"] = seconds_json(each.until);
    retiring.push_back(std::move(told));
  }
  object["retiring"] = std::move(retiring);
}

json::object key_json(const ExplainedKey& key) {
  const auto& policy = key.policy;
  const KeyDetail detail{
      .summary = {policy.name, policy.profile->name, std::string(jose_name(policy.algorithm)), policy.kid, ""},
      .may_ask = rules::may_ask(policy)};
  json::object object = json::parse(write(detail)).as_object();
  object.erase("state");  // the daemon alone knows it
  object["file"] = key.path;
  object["role"] = policy.role;
  put_objects(object, policy);
  object["allow"] = allow_json(policy.allow);
  object["set_claims"] = set_claims(policy);
  json::object rates;
  for (const auto& rate : key.rates) rates[rate.option] = rate.value;
  object["rates"] = std::move(rates);
  const auto warnings = rules::policy_warnings(policy, host::overflow_uid());
  object["warnings"] = json::array(warnings.begin(), warnings.end());
  return object;
}

}  // namespace

std::string view_policy(const PolicyReport& report, bool colour) {
  std::string text;
  for (const auto& key : report.keys) text += view_key(key, colour);
  for (const auto& problem : report.problems)
    text += terminal::paint("problem", terminal::Tone::bad, colour) + "  " + terminal::printable(problem) + "\n";
  return text;
}

std::string policy_json(const PolicyReport& report) {
  json::array keys;
  for (const auto& key : report.keys) keys.push_back(key_json(key));
  return json::serialize(json::object{{"keys", std::move(keys)},
                                      {"problems", json::array(report.problems.begin(), report.problems.end())}}) +
         "\n";
}

}  // namespace signet::admin
