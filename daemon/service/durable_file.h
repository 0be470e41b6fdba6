#pragma once

#include <string>
#include <string_view>
#include <sys/types.h>

#include "proto/result.h"

// Small files that must be whole after a power cut: written beside, synced, renamed over, and the directory synced.
// Blocks on the disk.
namespace signet::service {

/// Error io_failure with the path in its detail; the old content is then still there.
Result<void> write_durably(const std::string& path, std::string_view content, mode_t mode = 0600);
/// The file is gone for good when this returns; one that was not there is no error.
Result<void> remove_durably(const std::string& path);
/// Creates the directory (0700) and its parents where they are missing.
Result<void> make_directory(const std::string& path);

}  // namespace signet::service
