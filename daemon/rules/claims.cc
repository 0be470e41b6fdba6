#include "daemon/rules/claims.h"

#include <algorithm>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "daemon/rules/caller_claims.h"
#include "daemon/rules/late_values.h"
#include "daemon/rules/member_order.h"
#include "daemon/rules/request_rules.h"
#include "daemon/rules/reuse.h"
#include "daemon/rules/scope.h"
#include "proto/jws.h"

namespace signet::rules {
namespace {

namespace json = boost::json;
using std::chrono::seconds;
using Rules = std::vector<std::string>;

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

/// What a request without a scope gets: the profile's default, or none where neither role nor key file demands one.
Result<std::optional<json::value>> without_scope(const KeyPolicy& key, Rules& would_refuse) {
  if (role_demands_scope(key)) {
    Error error{ErrorCode::claims_rejected, "scope is missing; a key of this role signs no token without one."};
    error.rule = fmt::format("role {}", key.role);
    return Unexpected(std::move(error));
  }
  const auto& rule = key.profile->scope;
  if (rule && rule->default_value) {
    SIGNET_TRY_ASSIGN(auto shaped, shape_scope(*rule, *rule->default_value));
    return std::optional(std::move(shaped));
  }
  SIGNET_TRY(check_unscoped_by_rules(key, would_refuse));
  return std::optional<json::value>();
}

Result<std::optional<json::value>> forced_scope(const json::value& forced, const json::value* asked) {
  if (asked == nullptr) return std::optional(forced);
  Error error{ErrorCode::claims_rejected, "scope is set by this key's own rules (claim); leave it out."};
  error.rule = "claim scope";
  return Unexpected(std::move(error));
}

Result<std::optional<json::value>> decide_scope(const KeyPolicy& key, const TokenRequest& request,
                                                Rules& would_refuse) {
  SIGNET_TRY_ASSIGN(const auto* asked, asked_scope(request));
  if (asked != nullptr && !key.profile->scope)
    return rejected(ErrorCode::claims_rejected, "scope may not be given for this key; leave it out.");
  if (const auto* forced = key.rules.forced.if_contains(kScope)) return forced_scope(*forced, asked);
  if (asked == nullptr) return without_scope(key, would_refuse);
  SIGNET_TRY_ASSIGN(auto shaped, shape_scope(*key.profile->scope, *asked));
  SIGNET_TRY(check_scope_by_rules(key, shaped, would_refuse));
  return std::optional(std::move(shaped));
}

Result<void> check_exactly_one(const Profile& profile, const json::object& given) {
  const auto& names = profile.exactly_one_of;
  if (names.empty() || std::ranges::count_if(names, [&](const auto& name) { return given.contains(name); }) == 1)
    return {};
  return rejected(ErrorCode::claims_rejected,
                  fmt::format("exactly one of these claims must be given: {}.", fmt::join(names, ", ")));
}

/// Forced claims count as given: they fulfil what the profile requires, and take their place in its order.
json::object with_forced(const KeyPolicy& key, json::object asked) {
  for (const auto& claim : key.profile->caller_claims)
    if (const auto* forced = key.rules.forced.if_contains(claim.name)) asked.insert_or_assign(claim.name, *forced);
  return asked;
}

/// Fixed claims, then the caller's, then scope: an order that does not depend on the request.
Result<json::object> decide_claims(const KeyPolicy& key, const TokenRequest& request,
                                   const std::optional<json::value>& scope, Rules& would_refuse) {
  SIGNET_TRY_ASSIGN(auto given,
                    check_caller_claims(*key.profile, with_forced(key, request.claims), key.default_claims));
  SIGNET_TRY(check_claims_by_rules(key, request.claims, would_refuse));
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
                                               const std::optional<json::value>& scope, Rules& would_refuse) {
  const auto& rule = key.profile->lifetime;
  if (!request.lifetime) return key.default_lifetime;
  if (!rule.expires())
    return rejected(ErrorCode::lifetime_rejected, "Tokens of this key have no expiry; leave lifetime out.");
  const seconds asked(*request.lifetime);
  if (asked.count() < 1) return rejected(ErrorCode::lifetime_rejected, "A lifetime must be at least 1 s.");
  if (rule.fixed && asked != rule.default_lifetime)
    return rejected(ErrorCode::lifetime_rejected, fmt::format("Tokens of this key all live {} s; leave lifetime out.",
                                                              rule.default_lifetime->count()));
  SIGNET_TRY(check_lifetime_by_rules(key, asked, would_refuse));
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

Result<JwtPlan> decide(const KeyPolicy& key, const TokenRequest& request) {
  Rules would_refuse;
  SIGNET_TRY_ASSIGN(const auto scope, decide_scope(key, request, would_refuse));
  SIGNET_TRY_ASSIGN(const auto claims, decide_claims(key, request, scope, would_refuse));
  SIGNET_TRY_ASSIGN(const auto lifetime, decide_lifetime(key, request, scope, would_refuse));
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
                 .fresh = request.fresh,
                 .would_refuse = std::move(would_refuse)};
}

}  // namespace

/// What no rule of the key file refused, the profile did.
Result<JwtPlan> plan_jwt(const KeyPolicy& key, const TokenRequest& request) {
  auto plan = decide(key, request);
  if (!plan && plan.error().rule.empty()) plan.error().rule = fmt::format("profile {}", key.profile->name);
  return plan;
}

Result<UnsignedJwt> fill_times(const JwtPlan& plan, WallTime now, WallTime built_at, std::string_view uuid) {
  if (now < built_at)
    return Unexpected(
        make_error(ErrorCode::internal, "the clock stands before the day this program was built; set it"));
  UnsignedJwt jwt{
      .signing_input = {}, .made_at = now, .issued_at = unix_seconds(now - plan.profile->lifetime.backdate)};
  if (plan.lifetime) jwt.expires_at = unix_seconds(now + *plan.lifetime);
  jwt.reusable_until = reusable_until(plan, now);
  jwt.young_until = young_until(plan, now);
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
