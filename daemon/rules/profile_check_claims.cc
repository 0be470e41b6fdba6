#include <algorithm>
#include <array>

#include "daemon/rules/claim_value.h"
#include "daemon/rules/late_values.h"
#include "daemon/rules/member_name.h"
#include "daemon/rules/profile_parts.h"
#include "daemon/rules/scope.h"
#include "daemon/rules/template_text.h"
#include "proto/json_path.h"

namespace signet::rules {
namespace {

/// RFC 7519 sections 4.1.4 to 4.1.6 are the daemon's, and `scope` has a member of its own.
constexpr std::array<std::string_view, 4> kNeverPlain{"iat", "exp", "nbf", "scope"};

std::string path(std::string_view part, std::string_view name) {
  return json_path_member(json_path_member(kJsonRoot, part), name);
}

std::string exactly_one_of_path() { return json_path_member(kJsonRoot, "exactly-one-of"); }

bool fixes(const Profile& profile, std::string_view claim) {
  return std::ranges::find(profile.claims, claim, &Member::name) != profile.claims.end();
}

/// A default that names variables can only be held against its rule where a key file gives them.
void check_constant_default(const CallerClaim& claim, ProfileProblems& problems) {
  const auto names = variables_in(*claim.default_value);
  if (!names || std::ranges::any_of(*names, [](const std::string& name) { return name != kUuid; })) return;
  if (const auto checked = check_default(claim, {}); !checked)
    problems.add(json_path_member(path("caller-claims", claim.name), "default"), "does not keep the claim's own rule");
}

void check_names(const CallerClaim& claim, const std::string& where, ProfileProblems& problems) {
  if (!is_member_name(claim.name)) problems.add(where, kBadName);
  for (const auto& member : claim.members)
    check_names(member, json_path_member(json_path_member(where, "members"), member.name), problems);
}

void check_caller_claims(const Profile& profile, ProfileProblems& problems) {
  for (const auto& claim : profile.caller_claims) {
    const auto where = path("caller-claims", claim.name);
    check_names(claim, where, problems);
    if (std::ranges::find(kNeverPlain, claim.name) != kNeverPlain.end())
      problems.add(where,
                   "is never a plain claim of a caller's; times are the daemon's, and scope has a member of its own");
    if (fixes(profile, claim.name)) problems.add(where, "is fixed under claims; keep one of the two");
    if (claim.default_value) check_constant_default(claim, problems);
  }
}

void check_scope(const Profile& profile, ProfileProblems& problems) {
  if (!profile.scope) return;
  const auto& scope = *profile.scope;
  if (fixes(profile, "scope"))
    problems.add(path("claims", "scope"), "stands beside the member scope; keep one of the two");
  if (scope.shape != ScopeShape::array && scope.entry == ScopeEntry::get_resource)
    problems.add(path("scope", "entries"), "get-resource needs the shape array, for an entry holds a space");
  for (const auto& role : profile.scope_required_for)
    if (std::ranges::find(profile.roles, role) == profile.roles.end())
      problems.add(path("scope", "required-for"), "names a role that roles does not list");
  if (!scope.default_value) return;
  if (!shape_scope(scope, *scope.default_value))
    problems.add(path("scope", "default"), "is no scope that a request could give");
  if (!profile.scope_required_for.empty())
    problems.add(path("scope", "required-for"), "means nothing beside a default; keep one of the two");
}

void check_alternative(const Profile& profile, std::string_view name, ProfileProblems& problems) {
  const bool scope = name == "scope" && profile.scope;
  const auto claim = std::ranges::find(profile.caller_claims, name, &CallerClaim::name);
  if (!scope && claim == profile.caller_claims.end())
    return problems.add(exactly_one_of_path(), "names a claim that no caller can give");
  if (!scope && claim->required) problems.add(exactly_one_of_path(), "names a claim that is required");
  if (scope ? profile.scope->default_value.has_value() : claim->default_value.has_value())
    problems.add(exactly_one_of_path(), "names a claim that has a default");
}

}  // namespace

void check_claims(const Profile& profile, ProfileProblems& problems) {
  check_caller_claims(profile, problems);
  check_scope(profile, problems);
  if (profile.exactly_one_of.size() == 1)
    problems.add(exactly_one_of_path(), "needs two claims or more; make a single one required");
  for (const auto& name : profile.exactly_one_of) check_alternative(profile, name, problems);
}

}  // namespace signet::rules
