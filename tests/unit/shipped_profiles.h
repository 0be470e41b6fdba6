#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "proto/error.h"

// Tables of what the shipped profiles must do. One file per group of services adds its rows; shipped_profiles_test.cc
// runs them all through profile, key file, plan and times, and fails for a profile without rows.
namespace signet::rules {

/// A request and the JWT that it gets. The clock stands at 1700000000, `${uuid}` is kUuidText, and the key's facts are
/// those of shipped_profiles_test.cc.
struct ShippedJwt {
  std::string profile;
  std::string lines;    ///< of the key file, beside token, object, profile and allow
  std::string request;  ///< body of POST …/tokens; empty for none
  std::string header;   ///< exactly
  std::string payload;  ///< exactly
};

/// The numbers of one profile.
struct ShippedRules {
  std::string profile;
  std::string algorithms;         ///< "ES256 RS256", the default first
  std::string times;              ///< "iat exp"
  std::int64_t default_lifetime;  ///< 0: no expiry
  std::int64_t cap;               ///< of exp - iat; 0: no expiry
  std::int64_t backdate;
  std::string reuse;  ///< "once", "half", or "max 3000 min 1200 shared" with what there is of it
};

/// A request that gets nothing.
struct ShippedRefusal {
  std::string profile;
  std::string lines;
  std::string request;
  std::string message;  ///< begins so
  ErrorCode code = ErrorCode::claims_rejected;
};

/// A key file that is no good.
struct ShippedProblem {
  std::string profile;
  std::string lines;
  std::string problem;  ///< stands in one of them
};

struct ShippedTables {
  std::vector<ShippedRules> rules;
  std::vector<ShippedJwt> jwts;
  std::vector<ShippedRefusal> refusals;
  std::vector<ShippedProblem> problems;
};

inline constexpr const char* kUuidText = "0b1a2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d";

/// Each group's tables.
ShippedTables apple_api_tables();
ShippedTables apple_team_tables();
ShippedTables apple_organisation_tables();
ShippedTables oauth_tables();
ShippedTables cloud_tables();
ShippedTables other_tables();

}  // namespace signet::rules
