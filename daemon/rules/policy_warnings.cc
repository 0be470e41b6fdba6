#include "daemon/rules/policy_warnings.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <sstream>

#include <fmt/format.h>

namespace signet::rules {
namespace {

/// Groups that hold every user on the usual systems, and the ids that stand for users whom the kernel cannot name.
bool means_everybody(std::string_view word) {
  static constexpr std::array<std::string_view, 6> kWords{"group:users", "group:nogroup", "group:everyone",
                                                          "gid:65534",   "user:nobody",   "uid:65534"};
  return std::ranges::find(kWords, word) != kWords.end();
}

/// One word that means somebody makes the line mean somebody: all of its words must hold.
bool admits_everybody(const AllowLine& line) {
  std::istringstream words(line.text);
  return std::all_of(std::istream_iterator<std::string>(words), {}, means_everybody);
}

void warn_of_allow(const KeyPolicy& key, std::vector<std::string>& warnings) {
  if (key.allow.empty()) warnings.emplace_back("There is no allow line, so nobody may use this key.");
  for (const auto& line : key.allow)
    if (admits_everybody(line))
      warnings.push_back(
          fmt::format("allow = {}: on most machines that is everybody, or nobody in particular; name "
                      "the user or the group that is meant.",
                      line.text));
}

void warn_of_rules(const KeyPolicy& key, std::vector<std::string>& warnings) {
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

}  // namespace

std::vector<std::string> policy_warnings(const KeyPolicy& key) {
  std::vector<std::string> warnings;
  warn_of_allow(key, warnings);
  warn_of_rules(key, warnings);
  if (!key.pin)
    warnings.emplace_back(
        "There is no public-key line: whatever key the token shows first is taken for this one and recorded.");
  return warnings;
}

}  // namespace signet::rules
