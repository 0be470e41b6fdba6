#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "daemon/rules/glob.h"

namespace signet::rules {

/// `mode`: whether a broken rule refuses the request, or is only recorded.
struct RuleMode {
  bool audit = false;
  std::vector<std::string> only{};  ///< the rules that are only recorded ("claim-allow sub"); empty: all of the file
};
/// Is a request that breaks this rule let through, and the rule recorded? Any thread.
bool only_recorded(const RuleMode& mode, std::string_view rule);

/// What a key file rules of requests, beyond its profile. The profile's own limits, `allow` and `claim` do not depend
/// on the mode.
struct KeyRules {
  RuleMode mode{};
  std::optional<std::vector<std::string>> caller_claims{};  ///< absent: all of the profile's
  boost::json::object forced{};                             ///< `claim NAME = VALUE`; `scope` in the profile's shape
  std::map<std::string, std::vector<Glob>, std::less<>> claim_allow{};
  std::vector<Glob> scope_allow{};  ///< empty: any scope that the profile takes
  bool require_scope = false;
  std::optional<std::chrono::seconds> max_lifetime{};
};

/// The rules that `mode` can name, as it names them: "caller-claims", "claim-allow sub", … Any thread.
std::vector<std::string> names_of(const KeyRules& rules);

/// May a caller give this claim of the profile's? Any thread.
bool lets_through(const KeyRules& rules, std::string_view claim);

}  // namespace signet::rules
