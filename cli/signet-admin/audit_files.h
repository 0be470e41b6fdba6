#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/signet-admin/audit_options.h"
#include "cli/signet-admin/failure.h"
#include "host/file_descriptor.h"

namespace signet::admin {

/// A file that is read line by line.
struct LineFile {
  std::string name{};
  host::FileDescriptor fd{};
  std::uint64_t size = 0;  ///< of a regular file, when it was opened: what is written later is left for another time
  bool is_regular = false;
};

struct LineFiles {
  std::vector<LineFile> files{};
  std::vector<std::string> left_out{};  ///< compressed ones, that nobody named but that belong to it
};

/// The audit log's files, oldest first: those that are named, or the configured one and those that were rotated away
/// beside it. Regular files are put in order by the number of their first line; with a pipe among them they stay as
/// they are named. Failures: failure (a file cannot be read, a named one is compressed, or there is none), usage. Main
/// thread.
Done<LineFiles> open_audit_log(const AuditOptions& options);

/// The files of signet-token's record; a folder stands for its signed.jsonl and those that were rotated away.
Done<LineFiles> open_signed_record(const std::vector<std::string>& paths);

/// Is this the name of a file that was rotated away from `base`: "audit.jsonl.1", "audit.jsonl-20261125.gz"? Pure.
bool is_rotated_name(std::string_view base, std::string_view name);

}  // namespace signet::admin
