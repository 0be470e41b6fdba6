#include "daemon/rules/policy_warnings.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <sstream>

#include <fmt/format.h>

#include "daemon/rules/may_ask.h"
#include "daemon/rules/request_rules.h"
#include "daemon/rules/scope.h"

namespace signet::rules {
namespace {

using Warnings = std::vector<std::string>;

/// Groups that hold every user on the usual systems, and the one that stands for groups that the kernel cannot name.
bool means_everybody(std::string_view word) {
  static constexpr std::array<std::string_view, 4> kWords{"group:users", "group:nogroup", "group:everyone",
                                                          "gid:65534"};
  return std::ranges::find(kWords, word) != kWords.end();
}

/// One word that means somebody makes the line mean somebody: all of its words must hold.
bool admits_everybody(const AllowLine& line) {
  std::istringstream words(line.text);
  return std::all_of(std::istream_iterator<std::string>(words), {}, means_everybody);
}

void warn_of_allow(const KeyPolicy& key, uid_t overflow_uid, Warnings& warnings) {
  if (key.allow.empty()) warnings.emplace_back("There is no allow line, so nobody may use this key.");
  for (const auto& line : key.allow) {
    if (line.uid == overflow_uid)
      warnings.push_back(
          fmt::format("allow = {}: this never admits anybody; uid {} stands for every user that the kernel has no "
                      "number for, and signetd always refuses it. Name another user.",
                      line.text, overflow_uid));
    else if (admits_everybody(line))
      warnings.push_back(
          fmt::format("allow = {}: on most machines that is everybody, or nobody in particular; name "
                      "the user or the group that is meant.",
                      line.text));
  }
}

void warn_of_rules(const KeyPolicy& key, Warnings& warnings) {
  const KeyRules& rules = key.rules;
  if (rules.mode.audit && !names_of(rules).empty())
    warnings.emplace_back("mode = audit: rules are recorded and not enforced; write enforce once the log is quiet.");
  if (rules.mode.audit && names_of(rules).empty())
    warnings.emplace_back("mode = audit changes nothing: this file has no rules for requests.");
  for (const auto& [claim, globs] : rules.claim_allow)
    if (!lets_through(rules, claim))
      warnings.push_back(fmt::format("claim-allow {0} rules nothing: no caller may give {0}.", claim));
  if (rules.forced.contains("scope") && !rules.scope_allow.empty())
    warnings.emplace_back("scope-allow rules nothing: claim scope sets the scope.");
}

void warn_of_defaults(const KeyPolicy& key, Warnings& warnings) {
  for (const auto& rule : key.rules.claim_allow)
    if (!lets_default_through(key, rule.first))
      warnings.push_back(fmt::format(
          "claim-allow {0} does not match the value of {0} in tokens whose request does not give it.", rule.first));
}

/// Under rules that make a scope necessary nothing can stand in its place.
void warn_of_settled(const KeyPolicy& key, Warnings& warnings) {
  if (!demands_scope(key)) return;
  for (const auto& claim : key.profile->caller_claims)
    if (lets_through(key.rules, claim.name) && !can_be_given(key, claim.name))
      warnings.push_back(
          fmt::format("{0} can never be given: this key signs no token without a scope, and its profile takes {0} in "
                      "place of one; write unscoped = allow, or leave {0} out of caller-claims.",
                      claim.name));
}

/// Texts that are tried in the places of a pattern's stars; between them they make an entry of most patterns that can
/// have one.
constexpr std::array<std::string_view, 7> kFirst{"x", "", "/x", " /x", "T /x", "ET /x", "GET /x"};
constexpr std::array<std::string_view, 3> kOther{"x", "", "/x"};

bool takes_get_resource(const Glob& glob) {
  return std::ranges::any_of(kFirst, [&](std::string_view first) {
    return std::ranges::any_of(kOther, [&](std::string_view other) {
      const auto entry = glob.filled(first, other);
      return is_get_resource(entry) && glob.matches(entry);
    });
  });
}

bool can_match(const ScopeRule& rule, const Glob& glob) {
  if (rule.entry == ScopeEntry::get_resource) return takes_get_resource(glob);
  const auto& entries = rule.rule.one_of;
  if (!entries.empty()) return std::ranges::any_of(entries, [&](const auto& entry) { return glob.matches(entry); });
  return rule.shape != ScopeShape::words || glob.text().find(' ') == std::string::npos;
}

void warn_of_scopes(const KeyPolicy& key, Warnings& warnings) {
  for (const auto& glob : key.rules.scope_allow)
    if (!can_match(*key.profile->scope, glob))
      warnings.push_back(fmt::format(
          "scope-allow = {}: no scope that profile {} takes is like this; a scope is {}.", glob.text(),
          key.profile->name,
          key.profile->scope->entry == ScopeEntry::get_resource ? "GET, one space and a plain path, as in GET /v1/apps"
          : key.profile->scope->rule.one_of.empty()             ? "a word without a space"
                                                                : "one of the texts that the profile lists"));
}

/// Can `limit` never refuse what `other` lets pass?
bool is_pointless_beside(const RateLimit& limit, const RateLimit& other) {
  if (other.window >= limit.window) return other.count <= limit.count;
  const auto spans = (limit.window + other.window - std::chrono::seconds(1)) / other.window;
  return static_cast<std::uint64_t>(other.count) * static_cast<std::uint64_t>(spans) <= limit.count;
}

void warn_of_rates(std::string_view option, const std::vector<RateLimit>& limits, Warnings& warnings) {
  for (std::size_t i = 0; i < limits.size(); ++i)
    for (std::size_t j = 0; j < limits.size(); ++j)
      if (i != j && is_pointless_beside(limits[i], limits[j]) && (limits[i] != limits[j] || i > j)) {
        warnings.push_back(fmt::format("{}: {} never refuses what {} lets pass; remove it.", option,
                                       to_string(limits[i]), to_string(limits[j])));
        break;
      }
}

}  // namespace

std::vector<std::string> policy_warnings(const KeyPolicy& key, uid_t overflow_uid) {
  Warnings warnings;
  warn_of_allow(key, overflow_uid, warnings);
  warn_of_rules(key, warnings);
  warn_of_defaults(key, warnings);
  warn_of_settled(key, warnings);
  warn_of_scopes(key, warnings);
  warn_of_rates("rate", key.rate, warnings);
  warn_of_rates("rate-total", key.rate_total, warnings);
  warn_of_rates("rate-cached", key.rate_cached, warnings);
  if (!key.pin)
    warnings.emplace_back(
        "There is no public-key line: whatever key the token shows first is taken for this one and recorded.");
  return warnings;
}

}  // namespace signet::rules
