#pragma once

#include <map>
#include <optional>
#include <string>

#include <boost/json/value.hpp>

#include "daemon/rules/profile.h"
#include "proto/result.h"

namespace signet::rules {

/// The value as it is signed: what was asked, with the members of objects in the profile's order. Error claims_rejected
/// names the claim, or the member of it ("claims.dest.tn"), and the rule, never the value. Any thread.
Result<boost::json::value> check_claim_value(const CallerClaim& claim, const boost::json::value& asked);

/// The default of a claim that has one, with these variables filled in and a mark for `${uuid}`; nothing where it uses
/// an optional variable that is not given. Error claims_rejected where the outcome breaks the claim's rule. Any thread.
Result<std::optional<boost::json::value>> check_default(const CallerClaim& claim,
                                                        const std::map<std::string, std::string>& variables);

}  // namespace signet::rules
