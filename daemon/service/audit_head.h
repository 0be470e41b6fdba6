#pragma once

#include <atomic>
#include <optional>
#include <string>

#include "daemon/rules/audit_tail.h"

namespace signet::service {

/// audit.head in state-dir. Without it a log file that is new at a start would begin a chain of its own.
class AuditHeadFile {
 public:
  explicit AuditHeadFile(const std::string& state_dir) : path_(state_dir + "/audit.head") {}

  /// Nothing where there is none. One that cannot be read, or is damaged, is told of in the log and passed over: the
  /// lines themselves are worth more than it is.
  std::optional<rules::HeadRecord> read() const;
  /// On the disk when this returns; a failure is logged, once. One thread at a time.
  void keep(const rules::HeadRecord& record);
  /// Any thread.
  bool works() const { return works_; }

 private:
  const std::string path_;
  std::atomic<bool> works_ = true;
};

}  // namespace signet::service
