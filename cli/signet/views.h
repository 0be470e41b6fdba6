#pragma once

#include <string>
#include <vector>

#include "proto/api.h"

// The daemon's answers as people read them. Pure; any thread.
namespace signet::cli {

std::string view_keys(const std::vector<KeySummary>& keys, bool colour);
std::string view_key(const KeyDetail& detail, bool colour);
/// Which rule admits the caller, and what it may ask for.
std::string view_why(const KeyDetail& detail, bool colour);
std::string view_who_am_i(const WhoAmI& who, bool colour);
/// Times are shown in UTC.
std::string view_health(const Health& health, bool colour);

}  // namespace signet::cli
