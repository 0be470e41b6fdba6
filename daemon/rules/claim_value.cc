#include "daemon/rules/claim_value.h"

#include <algorithm>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <fmt/format.h>

#include "daemon/rules/late_values.h"
#include "daemon/rules/profile_template.h"
#include "daemon/rules/template_text.h"
#include "proto/json_path.h"

namespace signet::rules {
namespace {

namespace json = boost::json;

Unexpected<Error> rejected(std::string_view path, std::string_view rule) {
  return Unexpected(Error{ErrorCode::claims_rejected, fmt::format("{} {}.", path, rule)});
}

Result<void> check_integer(const CallerClaim& claim, const std::string& path, const json::value& value) {
  if (value.is_int64() && value.get_int64() >= claim.min && value.get_int64() <= claim.max) return {};
  return rejected(path, fmt::format("must be a whole number from {} to {}", claim.min, claim.max));
}

Result<void> check_one_text(const CallerClaim& claim, const std::string& path, const json::value& value) {
  if (!value.is_string()) return rejected(path, "must be a text");
  const auto checked = check_text(claim.rule, value.get_string());
  return checked ? Result<void>{} : rejected(path, checked.error().message);
}

Result<void> check_texts(const CallerClaim& claim, const std::string& path, const json::value& value) {
  if (!value.is_array() || value.get_array().size() < claim.min_items || value.get_array().size() > claim.max_items)
    return rejected(path, fmt::format("must be an array of {} to {} texts", claim.min_items, claim.max_items));
  for (const auto& text : value.get_array()) SIGNET_TRY(check_one_text(claim, path, text));
  return {};
}

Result<json::value> ordered(const CallerClaim& claim, const std::string& path, const json::value& value);

Result<json::value> ordered_object(const CallerClaim& claim, const std::string& path, const json::value& value) {
  if (!value.is_object()) return rejected(path, "must be an object");
  const auto& asked = value.get_object();
  for (const auto& member : asked)
    if (std::ranges::find(claim.members, member.key(), &CallerClaim::name) == claim.members.end())
      return rejected(json_path_member(path, member.key()), "may not be given for this key; leave it out");
  json::object object;
  for (const auto& member : claim.members) {
    const auto inner = json_path_member(path, member.name);
    const auto* given = asked.if_contains(member.name);
    if (given == nullptr && member.required) return rejected(inner, "is missing, and this key's service needs it");
    if (given == nullptr) continue;
    SIGNET_TRY_ASSIGN(auto checked, ordered(member, inner, *given));
    object.emplace(member.name, std::move(checked));
  }
  return json::value(std::move(object));
}

Result<json::value> ordered(const CallerClaim& claim, const std::string& path, const json::value& value) {
  switch (claim.type) {
    case ClaimType::integer:
      SIGNET_TRY(check_integer(claim, path, value));
      return value;
    case ClaimType::text:
      SIGNET_TRY(check_one_text(claim, path, value));
      return value;
    case ClaimType::texts:
      SIGNET_TRY(check_texts(claim, path, value));
      return value;
    case ClaimType::object:
      return ordered_object(claim, path, value);
    case ClaimType::boolean:
      break;
  }
  return value.is_bool() ? Result<json::value>(value) : rejected(path, "must be true or false");
}

}  // namespace

Result<json::value> check_claim_value(const CallerClaim& claim, const json::value& asked) {
  return ordered(claim, json_path_member("claims", claim.name), asked);
}

Result<std::optional<json::value>> check_default(const CallerClaim& claim,
                                                 const std::map<std::string, std::string>& variables) {
  if (!has_all_variables(*claim.default_value, variables)) return std::optional<json::value>();
  auto sample = variables;
  sample.emplace(kUuid, "00000000-0000-4000-8000-000000000000");
  SIGNET_TRY(check_claim_value(claim, expand(*claim.default_value, sample)));
  return std::optional(expand(*claim.default_value, with_marks(variables)));
}

}  // namespace signet::rules
