#include "daemon/rules/caller_claims.h"

#include <algorithm>

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include "proto/json_path.h"

namespace signet::rules {
namespace {

namespace json = boost::json;

constexpr std::string_view kScope = "scope";

/// Names come from the client; json_path_member quotes and cuts what is not a plain word.
std::string shown(std::string_view name) { return json_path_member("claims", name); }

Unexpected<Error> rejected(std::string_view name, std::string_view rule) {
  return Unexpected(Error{ErrorCode::claims_rejected, fmt::format("{} {}.", shown(name), rule)});
}

Result<void> check_integer(const CallerClaim& claim, const json::value& value) {
  if (value.is_int64() && value.get_int64() >= claim.min && value.get_int64() <= claim.max) return {};
  return rejected(claim.name, fmt::format("must be a whole number from {} to {}", claim.min, claim.max));
}

Result<void> check_one_text(const CallerClaim& claim, const json::value& value) {
  if (!value.is_string()) return rejected(claim.name, "must be a text");
  const auto checked = check_text(claim.rule, value.get_string());
  return checked ? Result<void>{} : rejected(claim.name, checked.error().message);
}

Result<void> check_texts(const CallerClaim& claim, const json::value& value) {
  if (!value.is_array() || value.get_array().empty() || value.get_array().size() > claim.max_items)
    return rejected(claim.name, fmt::format("must be an array of 1 to {} texts", claim.max_items));
  for (const auto& text : value.get_array()) SIGNET_TRY(check_one_text(claim, text));
  return {};
}

Result<void> check_value(const CallerClaim& claim, const json::value& value) {
  switch (claim.type) {
    case ClaimType::integer:
      return check_integer(claim, value);
    case ClaimType::text:
      return check_one_text(claim, value);
    case ClaimType::texts:
      return check_texts(claim, value);
    case ClaimType::boolean:
      break;
  }
  return value.is_bool() ? Result<void>{} : rejected(claim.name, "must be true or false");
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

Result<json::object> check_caller_claims(const Profile& profile, const json::object& asked) {
  for (const auto& member : asked) SIGNET_TRY(check_known(profile, member.key()));
  json::object checked;
  for (const auto& claim : profile.caller_claims) {
    const auto* value = asked.if_contains(claim.name);
    if (value == nullptr && claim.required) return rejected(claim.name, "is missing, and this key's service needs it");
    if (value == nullptr) continue;
    SIGNET_TRY(check_value(claim, *value));
    checked.emplace(claim.name, *value);
  }
  return checked;
}

}  // namespace signet::rules
