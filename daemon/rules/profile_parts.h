#pragma once

#include <string>
#include <vector>

#include "daemon/rules/profile.h"
#include "daemon/rules/profile_reader.h"

// The parts of a profile, each read for itself; profile_check.h then holds them against each other.
namespace signet::rules {

TextRule read_text_rule(ObjectReader& reader);
std::map<std::string, Variable> read_variables(ObjectReader& profile);
/// `header` or `claims`.
std::vector<Member> read_members(ObjectReader& profile, std::string_view name);
std::vector<CallerClaim> read_caller_claims(ObjectReader& profile);
std::optional<ScopeRule> read_scope(ObjectReader& profile, std::vector<std::string>& required_for);
LifetimeRule read_lifetime(ObjectReader& profile);
ReuseRule read_reuse(ObjectReader& profile);

inline constexpr const char* kBadName = "is no name; write one of printable text";

/// Caller claims, scope and exactly-one-of.
void check_claims(const Profile& profile, ProfileProblems& problems);
void check_lifetime(const Profile& profile, ProfileProblems& problems);
void check_reuse(const Profile& profile, ProfileProblems& problems);

/// Combinations that no file may hold: references to unknown variables, members the daemon sets itself, numbers that
/// contradict.
void check_profile(const Profile& profile, ProfileProblems& problems);

}  // namespace signet::rules
