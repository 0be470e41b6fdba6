#pragma once

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

 private:
  const std::string path_;
  bool works_ = true;
};

}  // namespace signet::service
