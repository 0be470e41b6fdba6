#pragma once

#include <string>
#include <vector>

#include "daemon/rules/key_config.h"

namespace signet::rules {

/// What is allowed in a good key file and yet seldom meant, a sentence for each. Any thread.
std::vector<std::string> policy_warnings(const KeyPolicy& key);

}  // namespace signet::rules
