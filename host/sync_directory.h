#pragma once

#include <string>

#include "proto/result.h"

namespace signet::host {

/// fsync(2) of the directory that the file is in, so that a rename or unlink there outlives a loss of power. Error
/// io_failure with path in the detail. Any thread.
Result<void> sync_directory_of(const std::string& path);

}  // namespace signet::host
