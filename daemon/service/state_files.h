#pragma once

#include <functional>
#include <map>
#include <string>

#include "proto/result.h"

namespace signet::service {

/// The small files of one directory of state-dir by name, each at most 64 KiB; the directory is made where it is
/// missing. What an interrupted write left behind (~NAME) is passed over, and so is, with a warning, what is no regular
/// file. Error io_failure.
Result<std::map<std::string, std::string, std::less<>>> read_state_files(const std::string& directory);

}  // namespace signet::service
