#pragma once

#include <string>
#include <string_view>

#include "host/file_descriptor.h"
#include "proto/result.h"

namespace signet::service {

/// The audit log: one line per record, appended with one write(2) each, so that several processes could share the file.
/// Opened at the first record, and again after every failure: a disk that has room again is used again without a
/// restart.
class AuditFile {
 public:
  explicit AuditFile(std::string path) : path_(std::move(path)) {}

  /// `line` ends with its line feed. It has left the process whole when this returns without error. Error
  /// audit_unavailable: say 503 and let no token out.
  Result<void> append(std::string_view line);
  /// SIGHUP: the file was renamed away; the next record opens the path anew.
  void reopen() { fd_.reset(); }
  void set_path(std::string path);
  bool works() const { return works_; }

 private:
  Result<void> write_whole(std::string_view octets);
  Result<void> open();
  Result<void> fail(std::string detail);

  std::string path_;
  host::FileDescriptor fd_;
  bool works_ = true;
  bool torn_ = false;  ///< the file ends in half a line
};

}  // namespace signet::service
