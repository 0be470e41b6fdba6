#include "daemon/rules/claims.h"

#include <algorithm>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "daemon/rules/caller_claims.h"
#include "daemon/rules/late_values.h"
#include "daemon/rules/member_order.h"
#include "daemon/rules/reuse.h"
#include "daemon/rules/scope.h"
#include "proto/jws.h"

namespace signet::rules {
namespace {

namespace json = boost::json;
using std::chrono::seconds;

constexpr std::string_view kScope = "scope";
/// A JWT travels in an HTTP header field, which few servers take above 16 KiB.
constexpr std::size_t kMaxClaimsBytes = 12'288;

Unexpected<Error> rejected(ErrorCode code, std::string message) { return Unexpected(Error{code, std::move(message)}); }

/// `scope` stands beside `claims` or among them; twice it would be unclear which one counts.
Result<const json::value*> asked_scope(const TokenRequest& request) {
  const auto* among_claims = request.claims.if_contains(kScope);
  if (request.scope && among_claims != nullptr)
    return rejected(ErrorCode::claims_rejected, "scope and claims.scope are both given; keep one of them.");
  return request.scope ? &*request.scope : among_claims;
}

bool needs_scope(const KeyPolicy& key) {
  const auto& roles = key.profile->scope_required_for;
  return !key.unscoped_allowed && std::ranges::find(roles, key.role) != roles.end();
}

Result<std::optional<json::value>> decide_scope(const KeyPolicy& key, const TokenRequest& request) {
  SIGNET_TRY_ASSIGN(const auto* asked, asked_scope(request));
  if (asked != nullptr && !key.profile->scope)
    return rejected(ErrorCode::claims_rejected, "scope may not be given for this key; leave it out.");
  if (asked == nullptr && needs_scope(key))
    return rejected(ErrorCode::claims_rejected, "scope is missing; a key of this role signs no token without one.");
  if (asked == nullptr && key.profile->scope && key.profile->scope->default_value)
    asked = &*key.profile->scope->default_value;
  if (asked == nullptr) return std::optional<json::value>();
  SIGNET_TRY_ASSIGN(auto shaped, shape_scope(*key.profile->scope, *asked));
  return std::optional(std::move(shaped));
}

Result<void> check_exactly_one(const Profile& profile, const json::object& given) {
  const auto& names = profile.exactly_one_of;
  if (names.empty() || std::ranges::count_if(names, [&](const auto& name) { return given.contains(name); }) == 1)
    return {};
  return rejected(ErrorCode::claims_rejected,
                  fmt::format("exactly one of these claims must be given: {}.", fmt::join(names, ", ")));
}

/// Fixed claims, then the caller's, then scope: an order that does not depend on the request.
Result<json::object> decide_claims(const KeyPolicy& key, const TokenRequest& request,
                                   const std::optional<json::value>& scope) {
  SIGNET_TRY_ASSIGN(auto given, check_caller_claims(*key.profile, request.claims, key.default_claims));
  if (scope) given.emplace(kScope, *scope);
  SIGNET_TRY(check_exactly_one(*key.profile, given));
  json::object claims = key.fixed_claims;
  for (auto& member : given) claims.emplace(member.key(), std::move(member.value()));
  return claims;
}

Unexpected<Error> too_long(seconds asked, seconds longest, std::string_view mend) {
  return rejected(ErrorCode::lifetime_rejected,
                  fmt::format("A lifetime of {} s is longer than {} s, the longest for this key{}.", asked.count(),
                              longest.count(), mend));
}

/// Above the ordinary cap: only where officer, scope and service agree.
Result<seconds> decide_long_lifetime(const KeyPolicy& key, seconds asked, const std::optional<json::value>& scope) {
  const auto& rule = key.profile->lifetime;
  if (!rule.long_lived || !key.long_lived_allowed) return too_long(asked, rule.max_lifetime(), "");
  const seconds longest = rule.long_lived->cap - rule.backdate;
  if (asked > longest) return too_long(asked, longest, "");
  if (!scope || !all_name_resources(*scope, rule.long_lived->resources))
    return too_long(asked, rule.max_lifetime(),
                    " unless a scope is given and the service takes long-lived tokens for each of its entries");
  return asked;
}

Result<std::optional<seconds>> decide_lifetime(const KeyPolicy& key, const TokenRequest& request,
                                               const std::optional<json::value>& scope) {
  const auto& rule = key.profile->lifetime;
  if (!request.lifetime) return key.default_lifetime;
  if (!rule.expires())
    return rejected(ErrorCode::lifetime_rejected, "Tokens of this key have no expiry; leave lifetime out.");
  const seconds asked(*request.lifetime);
  if (asked.count() < 1) return rejected(ErrorCode::lifetime_rejected, "A lifetime must be at least 1 s.");
  if (rule.fixed && asked != rule.default_lifetime)
    return rejected(ErrorCode::lifetime_rejected, fmt::format("Tokens of this key all live {} s; leave lifetime out.",
                                                              rule.default_lifetime->count()));
  if (asked <= rule.max_lifetime()) return std::optional(asked);
  SIGNET_TRY_ASSIGN(const seconds decided, decide_long_lifetime(key, asked, scope));
  return std::optional(decided);
}

/// The claims that may stand in a record.
json::object without_secrets(const Profile& profile, const json::object& claims) {
  json::object recorded;
  for (const auto& claim : claims) {
    const bool secret = std::ranges::any_of(profile.caller_claims, [&](const CallerClaim& known) {
      return known.secret && known.name == std::string_view(claim.key());
    });
    if (!secret) recorded.emplace(claim.key(), claim.value());
  }
  return recorded;
}

std::int64_t unix_seconds(WallTime time) { return time.time_since_epoch().count(); }

std::string_view name_of(TimeClaim claim) {
  switch (claim) {
    case TimeClaim::iat:
      return "iat";
    case TimeClaim::nbf:
      return "nbf";
    case TimeClaim::exp:
      break;
  }
  return "exp";
}

/// Puts the times at the end of the claims, where they disturb no member's place.
std::string with_times(std::string claims_json, const LifetimeRule& rule, const UnsignedJwt& jwt) {
  claims_json.pop_back();
  for (const auto claim : rule.claims) {
    if (claims_json.size() > 1) claims_json += ',';
    claims_json +=
        fmt::format("\"{}\":{}", name_of(claim), claim == TimeClaim::exp ? jwt.expires_at.value_or(0) : jwt.issued_at);
  }
  return claims_json + '}';
}

/// Serialised JSON that is ours, so that it parses.
std::string sorted_json(std::string_view text) { return json::serialize(sorted_members(json::parse(text))); }

Result<std::string> with_uuid(const std::string& claims_json, std::string_view uuid) {
  if (!holds_mark(claims_json)) return claims_json;
  return fill_marks(claims_json, [uuid](std::string_view name) -> Result<std::optional<std::string>> {
    if (name != kUuid || uuid.empty())
      return Unexpected(make_error(ErrorCode::internal, fmt::format("nobody filled in {}", name)));
    return std::optional(std::string(uuid));
  });
}

}  // namespace

Result<JwtPlan> plan_jwt(const KeyPolicy& key, const TokenRequest& request) {
  SIGNET_TRY_ASSIGN(const auto scope, decide_scope(key, request));
  SIGNET_TRY_ASSIGN(const auto claims, decide_claims(key, request, scope));
  SIGNET_TRY_ASSIGN(const auto lifetime, decide_lifetime(key, request, scope));
  auto claims_json = json::serialize(claims);
  if (claims_json.size() > kMaxClaimsBytes)
    return rejected(ErrorCode::claims_rejected,
                    fmt::format("claims are larger than {} octets together; ask for less.", kMaxClaimsBytes));
  return JwtPlan{.key = key.name,
                 .kid = key.kid,
                 .kid_is_thumbprint = key.kid_is_thumbprint,
                 .algorithm = key.algorithm,
                 .profile = key.profile,
                 .header_json = key.header_json,
                 .claims_json = std::move(claims_json),
                 .recorded_claims_json = json::serialize(without_secrets(*key.profile, claims)),
                 .lifetime = lifetime,
                 .scoped = scope.has_value(),
                 .fresh = request.fresh};
}

Result<UnsignedJwt> fill_times(const JwtPlan& plan, WallTime now, WallTime built_at, std::string_view uuid) {
  if (now < built_at)
    return Unexpected(
        make_error(ErrorCode::internal, "the clock stands before the day this program was built; set it"));
  UnsignedJwt jwt{
      .signing_input = {}, .made_at = now, .issued_at = unix_seconds(now - plan.profile->lifetime.backdate)};
  if (plan.lifetime) jwt.expires_at = unix_seconds(now + *plan.lifetime);
  jwt.reusable_until = reusable_until(plan, now);
  if (holds_mark(plan.header_json))
    return Unexpected(make_error(ErrorCode::internal, "nobody filled in what the header says of the key"));
  SIGNET_TRY_ASSIGN(auto payload, with_uuid(plan.claims_json, uuid));
  if (holds_mark(plan.recorded_claims_json)) {
    SIGNET_TRY_ASSIGN(jwt.recorded_claims_json, with_uuid(plan.recorded_claims_json, uuid));
  }
  payload = with_times(std::move(payload), plan.profile->lifetime, jwt);
  if (plan.profile->order == MemberOrder::sorted) payload = sorted_json(payload);
  jwt.signing_input = jws_signing_input(plan.header_json, payload);
  return jwt;
}

}  // namespace signet::rules
