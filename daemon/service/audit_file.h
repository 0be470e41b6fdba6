#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "daemon/rules/audit.h"
#include "daemon/rules/audit_tail.h"
#include "host/append_file.h"

namespace signet::service {

inline UtcTime audit_now() { return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()); }

/// What the daemon says of itself: its own identity and what happened.
rules::AuditRecord own_record(std::string outcome);

/// The file of the audit log as one chain of lines, over rotations, failures and restarts. Opened at the first line,
/// again after every failure, and where somebody else deleted, cut or wrote to it; the first line of an opened file
/// says why it was opened. Whoever calls append() first
/// is first in file and chain.
class AuditFile {
 public:
  /// `recorded`: where the chain stood when the daemon last said so (audit.head), for a file that is new.
  AuditFile(std::string path, const std::optional<rules::HeadRecord>& recorded)
      : path_(std::move(path)), recorded_(recorded) {}

  /// The line has left the process whole when this returns without error; then alone may happen what it records. One
  /// write(2). Error audit_unavailable: no whole line of it is in the chain.
  Result<void> append(std::string_view members);
  /// Opens the file where it is not open or not as it was left, and writes why. Error audit_unavailable.
  Result<void> open();
  /// The file was renamed away; the next line opens the path anew.
  void close();
  /// Once it is closed.
  void set_path(std::string path) { path_ = std::move(path); }

  bool is_open() const { return file_.valid(); }
  const std::string& path() const { return path_; }
  /// Once, after a file was found new or empty: its name may not be on the disk yet.
  bool take_made() { return std::exchange(made_, false); }
  /// The newest line of this process, or nothing where it has written none.
  const std::optional<rules::ChainHead>& head() const { return head_; }
  /// What the lines so far went to; null where no file is open. It may be held and synced after close().
  std::shared_ptr<const host::FileDescriptor> descriptor() const { return file_.descriptor(); }

 private:
  Result<void> write(std::string_view members);
  Result<void> write_opening(const rules::AuditTail& tail);
  rules::FileChange change() const;
  void discard();
  Unexpected<Error> fail(Error error);

  std::string path_;
  const std::optional<rules::HeadRecord> recorded_;
  host::AppendFile file_;
  std::optional<rules::ChainHead> head_;
  rules::ChainHead before_;                             ///< the line that the next one follows
  std::string line_feed_;                               ///< ends half a line that was found
  std::uint64_t size_ = 0;                              ///< as the last line left it
  rules::FileChange change_ = rules::FileChange::none;  ///< to the file that was closed
  bool failed_ = false;                                 ///< since the last line
  bool started_ = false;
  bool made_ = false;
};

}  // namespace signet::service
