#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "daemon/rules/key_config.h"
#include "proto/result.h"

// What a key file rules of one request. All: claims_rejected or lifetime_rejected with a message that names claim and
// rule, never the value, and Error::rule; where `mode` says that the rule is only recorded, it is added to
// `would_refuse` instead. Any thread.
namespace signet::rules {

/// `asked` as the caller sent it; the profile knows its names. A claim that the key file sets is refused whatever the
/// mode: two values for one claim cannot both be signed.
Result<void> check_claims_by_rules(const KeyPolicy& key, const boost::json::object& asked,
                                   std::vector<std::string>& would_refuse);

/// Does `claim-allow` match what stands in for this claim where a request does not give it? True where nothing does,
/// and where the key file sets the claim; an example is taken for a uuid. Any thread.
bool lets_default_through(const KeyPolicy& key, std::string_view claim);

/// A scope that the caller gave, in the profile's shape.
Result<void> check_scope_by_rules(const KeyPolicy& key, const boost::json::value& shaped,
                                  std::vector<std::string>& would_refuse);

/// The key file's rule by which a request must hold a scope, as `mode` names it; empty where none does. Any thread.
std::string_view unscoped_rule(const KeyPolicy& key);

/// For a request without a scope.
Result<void> check_unscoped_by_rules(const KeyPolicy& key, std::vector<std::string>& would_refuse);

Result<void> check_lifetime_by_rules(const KeyPolicy& key, std::chrono::seconds asked,
                                     std::vector<std::string>& would_refuse);

}  // namespace signet::rules
