#include "daemon/rules/caller_claims.h"

#include <algorithm>

#include <fmt/format.h>

#include "daemon/rules/claim_value.h"
#include "daemon/rules/scope.h"
#include "proto/json_path.h"

namespace signet::rules {
namespace {

namespace json = boost::json;

/// Names come from the client; json_path_member quotes and cuts what is not a plain word.
std::string shown(std::string_view name) { return json_path_member("claims", name); }

Unexpected<Error> rejected(std::string_view name, std::string_view rule) {
  return Unexpected(Error{ErrorCode::claims_rejected, fmt::format("{} {}.", shown(name), rule)});
}

Result<void> check_known(const Profile& profile, std::string_view name) {
  if (name == kScope ||
      std::ranges::find(profile.caller_claims, name, &CallerClaim::name) != profile.caller_claims.end())
    return {};
  const bool times = name == "iat" || name == "exp" || name == "nbf";
  const bool fixed = times || std::ranges::find(profile.claims, name, &Member::name) != profile.claims.end();
  return rejected(name,
                  fixed ? "is set by the service alone; leave it out" : "may not be given for this key; leave it out");
}

}  // namespace

Result<json::object> check_caller_claims(const Profile& profile, const json::object& asked,
                                         const json::object& defaults) {
  for (const auto& member : asked) SIGNET_TRY(check_known(profile, member.key()));
  json::object checked;
  for (const auto& claim : profile.caller_claims) {
    const auto* value = asked.if_contains(claim.name);
    if (value == nullptr && claim.required) return rejected(claim.name, "is missing, and this key's service needs it");
    if (value != nullptr) {
      SIGNET_TRY_ASSIGN(auto ordered, check_claim_value(claim, *value));
      checked.emplace(claim.name, std::move(ordered));
    } else if (const auto* absent = defaults.if_contains(claim.name)) {
      checked.emplace(claim.name, *absent);
    }
  }
  return checked;
}

}  // namespace signet::rules
