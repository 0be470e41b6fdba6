#include <algorithm>
#include <array>
#include <set>
#include <span>

#include <fmt/format.h>

#include "daemon/rules/key_config.h"
#include "daemon/rules/late_values.h"
#include "daemon/rules/member_name.h"
#include "daemon/rules/profile_parts.h"
#include "daemon/rules/profile_template.h"
#include "daemon/rules/rotation_lines.h"
#include "daemon/rules/template_text.h"
#include "proto/json_path.h"

namespace signet::rules {
namespace {

/// The daemon sets `alg`; `crit` and `b64` change what a signature means (RFC 7515 section 4.1.11, RFC 7797), and
/// signet-token refuses them. `jwk` and `jku` tell a verifier to believe a key that comes with the JWT (RFC 8725
/// section 3.10), and `enc` and `zip` are of encrypted ones (RFC 7516 sections 4.1.2 and 4.1.3).
constexpr std::array<std::string_view, 7> kReservedHeader{"alg", "crit", "b64", "jwk", "jku", "enc", "zip"};
/// RFC 7519 sections 4.1.4 to 4.1.6: times are the daemon's alone.
constexpr std::array<std::string_view, 3> kReservedClaims{"iat", "exp", "nbf"};
/// Without the fresh one, which no service wants in a header.
constexpr std::array<std::string_view, 4> kKeyFacts{kSpkiSha256, kThumbprint, kCertificateSha256, kCertificateSha1};

bool holds(const auto& names, std::string_view name) {
  return std::ranges::find(names, name) != std::ranges::end(names);
}

std::string path(std::string_view part, std::string_view name) {
  return json_path_member(json_path_member(kJsonRoot, part), name);
}

class Check {
 public:
  Check(const Profile& profile, ProfileProblems& problems) : profile_(profile), problems_(problems) {}

  void run() {
    check_variables();
    check_members(profile_.header, "header", kReservedHeader, kKeyFacts);
    check_members(profile_.claims, "claims", kReservedClaims, kLateValues);
    check_header_texts();
    check_defaults();
    check_all_used();
    check_fresh_is_reused_knowingly();
  }

 private:
  void check_variables() {
    for (const auto& [name, variable] : profile_.variables) {
      if (holds(kKeyOptions, name))
        problems_.add(path("variables", name), "is an option of every key file; take another name");
      if (holds(kTimeWords, name))
        problems_.add(path("variables", name), "is a word of the lines next and retiring; take another name");
      if (is_late_value(name))
        problems_.add(path("variables", name), "is a word of the profile language; take another name");
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

  void check_members(const std::vector<Member>& members, std::string_view part, const auto& reserved,
                     std::span<const std::string_view> late_values) {
    for (const auto& member : members) {
      const auto where = path(part, member.name);
      if (!is_member_name(member.name)) problems_.add(where, kBadName);
      if (!has_good_names(member.value))
        problems_.add(where, "holds an object with a member whose name is empty or has control characters");
      if (holds(reserved, member.name)) problems_.add(where, "is never a profile's to set; remove it");
      check_when(member.when, where);
      check_template(member, where, late_values);
    }
  }

  void check_template(const Member& member, const std::string& where, std::span<const std::string_view> late_values) {
    const auto names = variables_in(member.value);
    if (!names) return problems_.add(where, names.error().message);
    for (const auto& name : names.value()) {
      used_.insert(name);
      if (holds(late_values, name)) continue;
      if (is_late_value(name)) {
        problems_.add(where, fmt::format("uses ${{{}}}, which cannot stand here", name));
        continue;
      }
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
      else if (member.name == "kid" && names_key(member.value) && !is_thumbprint(member.value))
        problems_.add(path("header", member.name), "may name nothing of the key but ${key.thumbprint}, and that alone");
  }

  static bool names_key(const boost::json::value& value) {
    const auto names = variables_in(value);
    return names && std::ranges::any_of(*names, is_late_value);
  }

  /// A JWT that holds a fresh value is new each time, or it is not: a default would hide which.
  void check_fresh_is_reused_knowingly() {
    if (used_.contains(std::string(kUuid)) && !profile_.reuse.allowed_stated)
      problems_.add(
          path("reuse", "allowed"),
          "must be stated where ${uuid} is used: false for a JWT that is accepted once, true for one that may "
          "be handed out again");
  }

  /// Caller claims' defaults are templates too, but may not name the key: they are checked like what a request gives.
  void check_defaults() {
    for (const auto& claim : profile_.caller_claims)
      if (claim.default_value)
        check_template({.name = claim.name, .value = *claim.default_value},
                       json_path_member(path("caller-claims", claim.name), "default"), {{kUuid}});
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

void check_profile(const Profile& profile, ProfileProblems& problems) {
  Check(profile, problems).run();
  check_claims(profile, problems);
  check_lifetime(profile, problems);
  check_reuse(profile, problems);
}

}  // namespace signet::rules
