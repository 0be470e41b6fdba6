#pragma once

#include <boost/json/object.hpp>

#include "daemon/rules/profile.h"
#include "proto/result.h"

namespace signet::rules {

/// The caller's claims, checked and in the profile's order; `defaults` stand in for those not given. `scope` has its
/// own rule and is not looked at. Error claims_rejected: a claim that the profile does not list, is the daemon's to
/// set, has the wrong type or breaks its rule, or a required one that is missing. The message names the claim, never
/// its value. Any thread.
Result<boost::json::object> check_caller_claims(const Profile& profile, const boost::json::object& asked,
                                                const boost::json::object& defaults);

}  // namespace signet::rules
