#pragma once

#include <string>
#include <sys/types.h>
#include <vector>

#include "daemon/rules/key_config.h"

namespace signet::rules {

/// What is allowed in a good key file and yet seldom meant, a sentence for each. `overflow_uid`: the kernel's, whom the
/// daemon never serves. Any thread.
std::vector<std::string> policy_warnings(const KeyPolicy& key, uid_t overflow_uid);

}  // namespace signet::rules
