#include "daemon/rules/key_rules_check.h"

#include <algorithm>
#include <array>

#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "daemon/rules/claim_value.h"
#include "daemon/rules/late_values.h"
#include "daemon/rules/scope.h"

namespace signet::rules {
namespace {

using std::chrono::seconds;

/// RFC 7519 section 4.1: who speaks to whom, and when, is the profile's and the daemon's.
constexpr std::array<std::string_view, 5> kNeverForced{"iss", "aud", "iat", "exp", "nbf"};

const CallerClaim* caller_claim(const Profile& profile, std::string_view name) {
  const auto found = std::ranges::find(profile.caller_claims, name, &CallerClaim::name);
  return found == profile.caller_claims.end() ? nullptr : &*found;
}

std::string names_of_caller_claims(const Profile& profile) {
  std::vector<std::string> names;
  for (const auto& claim : profile.caller_claims) names.push_back(claim.name);
  return names.empty() ? "which has none" : fmt::format("which has {}", fmt::join(names, ", "));
}

class RuleCheck {
 public:
  explicit RuleCheck(KeyDraft& draft) : draft_(draft), rules_(draft.key.rules), profile_(*draft.key.profile) {}

  void run() {
    check_caller_claims_option();
    for (auto& [name, value] : rules_.forced) check_forced(name, value);
    for (const auto& [name, globs] : rules_.claim_allow) check_claim_allow(name);
    check_required();
    check_exactly_one();
    check_scope();
    check_max_lifetime();
    check_mode();
  }

 private:
  void check_caller_claims_option() {
    if (!rules_.caller_claims) return;
    for (const auto& name : *rules_.caller_claims)
      if (caller_claim(profile_, name) == nullptr)
        draft_.complain("caller-claims", fmt::format("names {}, which is no caller claim of profile {}, {}", name,
                                                     profile_.name, names_of_caller_claims(profile_)));
  }

  void check_forced(std::string_view name, boost::json::value& value) {
    const std::string option = fmt::format("claim {}", name);
    const auto* claim = caller_claim(profile_, name);
    if (name == kScope) return check_forced_scope(option, value);
    if (claim != nullptr) return check_forced_value(option, *claim, value);
    if (std::ranges::find(profile_.claims, name, &Member::name) != profile_.claims.end())
      return draft_.complain(option, fmt::format("is set by profile {}; remove the line", profile_.name));
    if (std::ranges::find(kNeverForced, name) != kNeverForced.end())
      return draft_.complain(option, "is never a key file's to set; remove the line");
    if (holds_mark(boost::json::serialize(value))) return draft_.complain(option, "holds a DEL character; remove it");
    if (!profile_.open_claims)
      draft_.complain(option, fmt::format("is no caller claim of profile {}, {}; a key file sets no others",
                                          profile_.name, names_of_caller_claims(profile_)));
  }

  void check_forced_value(const std::string& option, const CallerClaim& claim, boost::json::value& value) {
    auto checked = check_claim_value(claim, value);
    if (checked)
      value = std::move(checked).value();
    else
      draft_.complain(option,
                      fmt::format("has a value that profile {} refuses: {}", profile_.name, checked.error().message));
  }

  void check_forced_scope(const std::string& option, boost::json::value& value) {
    if (!profile_.scope) return complain_no_scope(option);
    auto shaped = shape_scope(*profile_.scope, value);
    if (shaped)
      value = std::move(shaped).value();
    else
      draft_.complain(option,
                      fmt::format("has a value that profile {} refuses: {}", profile_.name, shaped.error().message));
  }

  void check_claim_allow(const std::string& name) {
    const std::string option = fmt::format("claim-allow {}", name);
    const auto* claim = caller_claim(profile_, name);
    if (name == kScope)
      draft_.complain(option, "is not how a scope is ruled; write scope-allow = PATTERN");
    else if (claim == nullptr)
      draft_.complain(option, fmt::format("rules no caller claim of profile {}, {}", profile_.name,
                                          names_of_caller_claims(profile_)));
    else if (claim->type != ClaimType::text && claim->type != ClaimType::texts)
      draft_.complain(option, "rules a claim that is no text; a pattern matches texts alone");
  }

  /// Else every request would be refused.
  void check_required() {
    for (const auto& claim : profile_.caller_claims)
      if (claim.required && !can_stand(claim.name))
        draft_.complain("caller-claims", fmt::format("leaves out {}, without which profile {} makes no token; add it, "
                                                     "or set it with claim {} = VALUE",
                                                     claim.name, profile_.name, claim.name));
  }

  bool can_stand(std::string_view name) const {
    return name == kScope || rules_.forced.contains(name) || lets_through(rules_, name);
  }

  void check_exactly_one() {
    const auto& names = profile_.exactly_one_of;
    const auto forced = std::ranges::count_if(names, [&](const auto& name) { return rules_.forced.contains(name); });
    if (forced > 1)
      draft_.complain("",
                      fmt::format("sets more than one of the claims {}, of which profile {} wants exactly one; keep "
                                  "one claim line",
                                  fmt::join(names, ", "), profile_.name));
    if (!names.empty() && std::ranges::none_of(names, [&](const auto& name) { return can_stand(name); }))
      draft_.complain("caller-claims", fmt::format("leaves out all of {}, of which profile {} wants exactly one; add "
                                                   "one",
                                                   fmt::join(names, ", "), profile_.name));
  }

  void complain_no_scope(std::string_view option) {
    draft_.complain(option,
                    fmt::format("means nothing to profile {}, whose tokens have no scope; remove it", profile_.name));
  }

  void check_scope() {
    if (!profile_.scope && !rules_.scope_allow.empty()) complain_no_scope("scope-allow");
    if (!profile_.scope && rules_.require_scope) complain_no_scope("require-scope");
    if (rules_.require_scope && draft_.key.unscoped_allowed)
      draft_.complain("require-scope", "contradicts unscoped = allow; keep one of the two");
  }

  void check_max_lifetime() {
    KeyPolicy& key = draft_.key;
    if (!rules_.max_lifetime) return;
    if (!profile_.lifetime.expires())
      return draft_.complain("max-lifetime", fmt::format("means nothing to profile {}, whose tokens have no expiry; "
                                                         "remove it",
                                                         profile_.name));
    if (profile_.lifetime.fixed)
      return draft_.complain("max-lifetime", fmt::format("means nothing to profile {}, whose tokens all live {}s; "
                                                         "remove it",
                                                         profile_.name, profile_.lifetime.default_lifetime->count()));
    const auto longest = profile_longest(key);
    if (*rules_.max_lifetime > longest)
      draft_.complain(
          "max-lifetime",
          fmt::format("is above {}s, the longest that profile {} allows this key; lower it, or leave it out",
                      longest.count(), profile_.name));
    if (!key.default_lifetime || *key.default_lifetime <= *rules_.max_lifetime) return;
    if (draft_.find("lifetime") != nullptr)
      draft_.complain("lifetime", "is above max-lifetime; lower it");
    else if (!only_recorded(rules_.mode, "max-lifetime"))
      key.default_lifetime = rules_.max_lifetime;
  }

  void check_mode() {
    const auto names = names_of(rules_);
    for (const auto& rule : rules_.mode.only)
      if (std::ranges::find(names, rule) == names.end())
        draft_.complain("mode", fmt::format("names {}, which is no rule of this file; {}", rule,
                                            names.empty() ? "it has none"
                                                          : fmt::format("write of these: {}", fmt::join(names, ", "))));
  }

  KeyDraft& draft_;
  KeyRules& rules_;
  const Profile& profile_;
};

}  // namespace

void check_rules(KeyDraft& draft) { RuleCheck(draft).run(); }

}  // namespace signet::rules
