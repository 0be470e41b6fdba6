#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/rules/rotation.h"
#include "proto/result.h"

namespace signet::rules {

/// No record is longer.
inline constexpr std::size_t kMaxSwitchesBytes = 64 * 1024UL;

/// The switches of one key as one JSON text, for its file in state-dir. Any thread.
std::string write_switches(const std::vector<KeySwitch>& switches);

/// The same read back. Error bad_input: not a text of ours; the message names the place in it. Any thread.
Result<std::vector<KeySwitch>> read_switches(std::string_view text);

/// The files of DaemonConfig::rotation_dir(), by their names, which are those of keys. Any thread.
SwitchRecords read_records(const std::map<std::string, std::string, std::less<>>& files);

}  // namespace signet::rules
