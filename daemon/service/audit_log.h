#pragma once

#include <string>

#include "daemon/rules/audit.h"
#include "daemon/rules/daemon_config.h"
#include "daemon/rules/owed_records.h"
#include "daemon/rules/refusal_cap.h"
#include "daemon/service/audit_file.h"
#include "daemon/service/audit_head.h"
#include "daemon/service/group_commit.h"
#include "daemon/service/io.h"

namespace signet::service {

/// Who got what, and who did not. Lines are written by the I/O thread, in the order in which they were decided; another
/// thread waits for the disk.
class AuditLog {
 public:
  AuditLog(Executor io, const rules::DaemonConfig& config);

  /// Opens the file, and says in it and in the log that the daemon runs. A failure is logged; it is tried again.
  void start();
  /// The last line, everything onto the disk, and the head into the log. Nothing may be recorded afterwards. Blocks.
  void finish();

  /// Before a token is asked to sign: the log is tried where it did not work. Error audit_unavailable: then nothing may
  /// be signed, for its line could not be written. One that is signed all the same has its line later.
  Result<void> ready();
  /// Before a JWT leaves, and before an officer's change takes effect. Written when this returns without error, and on
  /// the disk where `audit-sync = always`. Error audit_unavailable, at `deadline` at the latest: then neither may
  /// happen.
  Task<Result<void>> must_record(const rules::AuditRecord& record, Deadline deadline);
  /// A refusal, recorded up to the cap of its uid, else counted; or what has happened already. Failure is only logged,
  /// for nothing was given away.
  void record_refusal(const rules::AuditRecord& record);
  void record(const rules::AuditRecord& record);

  /// Writes the counts of refusals whose time is over, tries a broken file again, has lines synced and heads kept.
  /// Every keep_interval().
  void keep();
  std::chrono::milliseconds keep_interval() const;

  /// SIGHUP: the file was renamed away. Its path is opened at once.
  void reopen();
  /// A new configuration is in force.
  void apply(const rules::DaemonConfig& config);
  bool works() const { return works_ && !sync_failed_; }

 private:
  Result<void> append(std::string_view members);
  Result<void> append(const rules::AuditRecord& record);
  void append_owed();
  Result<void> told(Result<void> written);
  void sync_made_file();
  void leave_file();
  void append_counts(const std::vector<rules::SuppressedRefusals>& counts);
  void keep_on_disk(SteadyClock::time_point now);
  void keep_head(SteadyClock::time_point now);
  void tell_head(std::string_view when);
  void sync_ended(const Result<void>& outcome);
  Task<Result<void>> synced(Deadline deadline);

  rules::AuditSync sync_;
  std::chrono::milliseconds sync_interval_;
  AuditHeadFile head_file_;
  AuditFile file_;
  rules::RefusalCap cap_;
  rules::OwedRecords owed_{};
  std::optional<rules::ChainHead> synced_head_{};  ///< asked onto the disk
  std::optional<rules::ChainHead> saved_head_{};   ///< asked into audit.head
  std::optional<rules::ChainHead> told_head_{};    ///< in the log
  SteadyClock::time_point synced_at_{};
  SteadyClock::time_point saved_at_{};
  SteadyClock::time_point told_at_{};
  bool works_ = true;
  bool sync_failed_ = false;  ///< then every line is synced before its answer, until that works again
  GroupCommit commit_;
};

}  // namespace signet::service
