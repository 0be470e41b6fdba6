#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "daemon/rules/rotation.h"
#include "proto/result.h"

namespace signet::rules {

/// The switches of one key as one JSON text, for its file in state-dir. Any thread.
std::string write_switches(const std::vector<KeySwitch>& switches);

/// The same read back. Error bad_input: not a text of ours; the message names the place in it. Any thread.
Result<std::vector<KeySwitch>> read_switches(std::string_view text);

}  // namespace signet::rules
