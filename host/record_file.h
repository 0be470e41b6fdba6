#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "host/append_file.h"
#include "proto/result.h"

namespace signet::host {

/// A file that grows by lines, such as signet-token's record of signatures: one line per record, appended with one
/// write(2) each, so that several processes could share the file. Opened at the first record, and again after every
/// failure: a disk that has room again is used again without a restart. One thread at a time.
class RecordFile {
 public:
  /// Failures carry `code`.
  RecordFile(std::string path, ErrorCode code) : path_(std::move(path)), code_(code) {}

  /// `line` ends with its line feed. It has left the process whole when this returns without error; then
  /// alone may what it records happen. Half a line that a full disk left, ours or another process's, is ended first; an
  /// empty line may stand before a record, which readers skip.
  Result<void> append(std::string_view line);
  /// SIGHUP: the file was renamed away; the next record opens the path anew.
  void reopen() { file_ = {}; }
  /// Octets in the file; 0 where it is not open.
  std::uint64_t size() const { return file_.valid() ? file_.size() : 0; }
  const std::string& path() const { return path_; }
  /// False where the open file was renamed away, or another one took its name.
  bool is_the_one_at_its_path() const { return file_.valid() && file_.is_at(path_); }

 private:
  bool ends_in_half_a_line() const;
  Result<void> write(std::string_view octets);
  Result<void> open();
  Result<void> fail(std::string detail);

  std::string path_;
  ErrorCode code_;
  AppendFile file_;
  bool torn_ = true;  ///< as far as we know the file ends in half a line; of use where it cannot be read
};

}  // namespace signet::host
