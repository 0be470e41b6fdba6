#include "daemon/rules/rotation_record.h"

#include <limits>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "proto/json.h"
#include "proto/json_members.h"

namespace signet::rules {
namespace {

namespace json = boost::json;
using std::chrono::seconds;
using std::chrono::sys_seconds;

constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

Result<KeySwitch> read_switch(const json::value& value, std::size_t index) {
  MemberReader members(value, fmt::format("$.switches[{}]", index));
  KeySwitch read;
  read.at = sys_seconds(seconds(members.integer("at", 0, kNever)));
  read.until = sys_seconds(seconds(members.integer("until", 0, kNever)));
  read.former = members.text("former");
  read.object = members.text("object");
  if (const auto* jwk = members.object("jwk")) read.jwk = *jwk;
  if (const auto* jwk = members.object("object_jwk")) read.object_jwk = *jwk;
  read.by_edit = members.boolean("by_edit");
  SIGNET_TRY(members.finish());
  return read;
}

Result<std::vector<KeySwitch>> read_all(std::string_view text) {
  SIGNET_TRY_ASSIGN(const auto value, parse_json(text));
  MemberReader members(value, "$");
  const auto* list = members.array("switches");
  SIGNET_TRY(members.finish());
  std::vector<KeySwitch> switches;
  for (const auto& each : *list) {
    SIGNET_TRY_ASSIGN(auto one, read_switch(each, switches.size()));
    switches.push_back(std::move(one));
  }
  return switches;
}

}  // namespace

std::string write_switches(const std::vector<KeySwitch>& switches) {
  json::array list;
  for (const KeySwitch& each : switches) {
    list.push_back(json::object{{"at", each.at.time_since_epoch().count()},
                                {"until", each.until.time_since_epoch().count()},
                                {"former", each.former},
                                {"object", each.object},
                                {"jwk", each.jwk},
                                {"object_jwk", each.object_jwk},
                                {"by_edit", each.by_edit}});
  }
  return json::serialize(json::object{{"switches", std::move(list)}}) + "\n";
}

Result<std::vector<KeySwitch>> read_switches(std::string_view text) {
  auto switches = read_all(text);
  if (switches) return switches;
  return Unexpected(Error{ErrorCode::bad_input, switches.error().message});
}

SwitchRecords read_records(const std::map<std::string, std::string, std::less<>>& files) {
  SwitchRecords records;
  for (const auto& [key, text] : files) {
    auto switches = read_switches(text);
    if (switches)
      records.switches.insert_or_assign(key, *std::move(switches));
    else
      records.damaged.insert_or_assign(key, switches.error().message);
  }
  return records;
}

}  // namespace signet::rules
