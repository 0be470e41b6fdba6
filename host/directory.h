#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "proto/result.h"

namespace signet::host {

/// The paths of a directory's entries whose names end so, sorted; those that begin with a dot are passed over. Error
/// io_failure with the system's reason in its detail. Any thread; may block on the disk.
Result<std::vector<std::string>> files_in(const std::string& directory, std::string_view ending);

}  // namespace signet::host
