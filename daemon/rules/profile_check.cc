#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include "daemon/rules/key_config.h"
#include "daemon/rules/profile_parts.h"
#include "daemon/rules/template_text.h"
#include "proto/json_path.h"

namespace signet::rules {
namespace {

/// The daemon sets `alg`; `crit` and `b64` change what a signature means (RFC 7515 section 4.1.11, RFC 7797), and
/// signet-token refuses them.
constexpr std::array<std::string_view, 3> kReservedHeader{"alg", "crit", "b64"};
/// RFC 7519 sections 4.1.4 to 4.1.6: times are the daemon's alone.
constexpr std::array<std::string_view, 3> kReservedClaims{"iat", "exp", "nbf"};

bool holds(const auto& names, std::string_view name) {
  return std::ranges::find(names, name) != std::ranges::end(names);
}

std::string path(std::string_view part, std::string_view name) {
  return json_path_member(json_path_member(kJsonRoot, part), name);
}

std::string exactly_one_of_path() { return json_path_member(kJsonRoot, "exactly-one-of"); }

class Check {
 public:
  Check(const Profile& profile, ProfileProblems& problems) : profile_(profile), problems_(problems) {}

  void run() {
    check_variables();
    check_members(profile_.header, "header", kReservedHeader);
    check_members(profile_.claims, "claims", kReservedClaims);
    check_header_texts();
    check_caller_claims();
    check_scope();
    check_exactly_one_of();
    check_lifetime();
    check_reuse();
    check_all_used();
  }

 private:
  void check_variables() {
    for (const auto& [name, variable] : profile_.variables) {
      if (holds(kKeyOptions, name))
        problems_.add(path("variables", name), "is an option of every key file; take another name");
      check_when(variable.when, path("variables", name));
      for (const auto& [condition, value] : variable.when)
        if (const auto found = profile_.variables.find(condition);
            found != profile_.variables.end() && !found->second.when.empty())
          problems_.add(path("variables", name), "depends on a variable that itself has a `when`");
    }
  }

  void check_when(const When& when, const std::string& where) {
    for (const auto& [name, value] : when) {
      used_.insert(name);
      const auto found = profile_.variables.find(name);
      if (found == profile_.variables.end())
        problems_.add(where, fmt::format("has a `when` on {}, which is no variable of this profile", name));
      else if (!holds(found->second.rule.one_of, value))
        problems_.add(where, fmt::format("has a `when` with a value that {} cannot have; list it in its one-of", name));
    }
  }

  void check_members(const std::vector<Member>& members, std::string_view part, const auto& reserved) {
    for (const auto& member : members) {
      const auto where = path(part, member.name);
      if (holds(reserved, member.name)) problems_.add(where, "is never a profile's to set; remove it");
      check_when(member.when, where);
      check_template(member, where);
    }
  }

  void check_template(const Member& member, const std::string& where) {
    const auto names = variables_in(member.value);
    if (!names) return problems_.add(where, names.error().message);
    for (const auto& name : names.value()) {
      used_.insert(name);
      const auto found = profile_.variables.find(name);
      if (found == profile_.variables.end())
        problems_.add(where, fmt::format("uses ${{{}}}, which is no variable of this profile", name));
      else if (!std::ranges::includes(member.when, found->second.when))
        problems_.add(where,
                      fmt::format("uses ${{{}}} where a key file need not give it; give both the same `when`", name));
    }
  }

  /// RFC 7515 sections 4.1.4 and 4.1.9.
  void check_header_texts() {
    for (const auto& member : profile_.header)
      if ((member.name == "kid" || member.name == "typ") && !member.value.is_string())
        problems_.add(path("header", member.name), "must be a text");
  }

  void check_caller_claims() {
    for (const auto& claim : profile_.caller_claims) {
      const auto where = path("caller-claims", claim.name);
      if (holds(kReservedClaims, claim.name) || claim.name == "scope")
        problems_.add(
            where, "is never a plain claim of a caller's; times are the daemon's, and scope has a member of its own");
      if (std::ranges::any_of(profile_.claims, [&](const Member& fixed) { return fixed.name == claim.name; }))
        problems_.add(where, "is fixed under claims; keep one of the two");
    }
  }

  void check_scope() {
    const bool fixed =
        std::ranges::any_of(profile_.claims, [](const Member& member) { return member.name == "scope"; });
    if (profile_.scope && fixed)
      problems_.add(path("claims", "scope"), "stands beside the member scope; keep one of the two");
    if (profile_.scope && profile_.scope->shape != ScopeShape::array &&
        profile_.scope->entry == ScopeEntry::get_resource)
      problems_.add(path("scope", "entries"), "get-resource needs the shape array, for an entry holds a space");
    for (const auto& role : profile_.scope_required_for)
      if (!holds(profile_.roles, role))
        problems_.add(path("scope", "required-for"), "names a role that roles does not list");
  }

  void check_exactly_one_of() {
    const auto& names = profile_.exactly_one_of;
    if (names.size() == 1) problems_.add(exactly_one_of_path(), "needs two claims or more; make a single one required");
    for (const auto& name : names) {
      const auto claim = std::ranges::find(profile_.caller_claims, name, &CallerClaim::name);
      const bool known = claim != profile_.caller_claims.end() || (name == "scope" && profile_.scope);
      if (!known)
        problems_.add(exactly_one_of_path(), "names a claim that no caller can give");
      else if (name != "scope" && claim->required)
        problems_.add(exactly_one_of_path(), "names a claim that is required");
    }
  }

  void check_lifetime() {
    const auto& rule = profile_.lifetime;
    if (!rule.expires()) return;
    if (*rule.default_lifetime > rule.max_lifetime())
      problems_.add(path("lifetime", "default"),
                    fmt::format("is above {}, the cap less backdate", rule.max_lifetime().count()));
    if (!rule.long_lived) return;
    if (rule.long_lived->cap <= rule.cap)
      problems_.add(json_path_member(path("lifetime", "long-lived"), "cap"), "is not above the cap of ordinary tokens");
    if (!profile_.scope || profile_.scope->entry != ScopeEntry::get_resource)
      problems_.add(path("lifetime", "long-lived"), "needs a scope with get-resource entries");
  }

  void check_reuse() {
    const auto& reuse = profile_.reuse;
    const bool detailed = reuse.max_age || reuse.min_left_percent || reuse.min_age.count() > 0;
    if (!reuse.allowed && detailed)
      problems_.add(json_path_member(kJsonRoot, "reuse"), "is not allowed and yet has rules; remove one of the two");
    if (!reuse.allowed) return;
    if (!profile_.lifetime.expires() && !reuse.max_age)
      problems_.add(path("reuse", "max-age"), "is missing, and without an expiry nothing else ends reuse");
    if (!profile_.lifetime.expires() && reuse.min_left_percent)
      problems_.add(path("reuse", "min-left-percent"), "needs a lifetime that ends");
    if (reuse.max_age && *reuse.max_age <= reuse.min_age)
      problems_.add(path("reuse", "min-age"), "is not below max-age");
    if (profile_.lifetime.expires() && reuse.min_age >= *profile_.lifetime.default_lifetime)
      problems_.add(path("reuse", "min-age"), "is not below the default lifetime");
  }

  void check_all_used() {
    for (const auto& [name, variable] : profile_.variables)
      if (!used_.contains(name))
        problems_.add(path("variables", name), "is used by no header, claim or `when`; remove it");
  }

  const Profile& profile_;
  ProfileProblems& problems_;
  std::set<std::string> used_{};
};

}  // namespace

void check_profile(const Profile& profile, ProfileProblems& problems) { Check(profile, problems).run(); }

}  // namespace signet::rules
