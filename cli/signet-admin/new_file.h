#pragma once

#include <string>

#include "cli/signet-admin/failure.h"

namespace signet::admin {

/// A file that a command is asked to write, and how it is spoken of.
struct NewFile {
  std::string path{};
  std::string noun{};    ///< "key file"
  std::string option{};  ///< "--write-key-file"
};

/// Nothing stands at that path yet, and a file can be made beside it: tried before anything is done. Failures: refused
/// (it exists), failure.
Done<void> check_can_be_made(const NewFile& file);

/// Writes the file whole or not at all, mode 0644 (for what holds no secret), never over one that exists. Failures:
/// refused (it exists), failure.
Done<void> write_new_file(const NewFile& file, const std::string& text);

}  // namespace signet::admin
