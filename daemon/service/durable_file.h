#pragma once

#include <string>
#include <string_view>
#include <sys/types.h>

#include "proto/result.h"

// Small files that must be whole after a power cut: written beside, synced, renamed over, and the directory synced.
// Blocks on the disk.
namespace signet::service {

/// The name of a file that is being written begins with this, as no name of a key or a token can (parse_name): what an
/// interrupted write leaves is no record, whatever the record is called.
inline constexpr char kDraftMark = '~';
/// Where the content of a file is written before it takes its place.
std::string draft_of(const std::string& path);

/// Error io_failure with the path in its detail; the old content is then still there.
Result<void> write_durably(const std::string& path, std::string_view content, mode_t mode = 0600);
/// Would write_durably() succeed? Writes as much beside the file and takes it away again. Error io_failure.
Result<void> check_writable(const std::string& path, std::string_view content);
/// The file is gone for good when this returns; one that was not there is no error.
Result<void> remove_durably(const std::string& path);
/// Creates the directory (0700) and its parents where they are missing.
Result<void> make_directory(const std::string& path);

}  // namespace signet::service
