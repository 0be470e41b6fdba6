#pragma once

#include <string>

#include "daemon/rules/audit.h"
#include "daemon/rules/audit_chain.h"
#include "daemon/rules/refusal_cap.h"
#include "host/record_file.h"

namespace signet::service {

inline rules::AuditTime audit_now() {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

/// Who got what, and who did not. The I/O thread.
class AuditLog {
 public:
  explicit AuditLog(std::string path) : file_(std::move(path), ErrorCode::audit_unavailable) {}

  /// Before a JWT leaves, and before an officer's change takes effect. Error audit_unavailable: then neither may
  /// happen.
  Result<void> must_record(const rules::AuditRecord& record);
  /// A refusal: recorded up to the cap of its uid, else counted. Failure is only logged, for nothing was given away.
  void record_refusal(const rules::AuditRecord& record);

  /// Writes the counts of refusals whose time is over, and tries a broken file again. Every few seconds.
  void keep();
  /// Writes every count that is left. At the end.
  void finish();

  void reopen() { file_.reopen(); }
  void set_path(std::string path) { file_.set_path(std::move(path)); }
  bool works() const { return file_.works(); }

 private:
  Result<void> append(std::string_view members);
  void append_counts(const std::vector<rules::SuppressedRefusals>& counts);

  host::RecordFile file_;
  rules::RefusalCap cap_{10, std::chrono::seconds(1)};
  rules::ChainHead head_;
};

}  // namespace signet::service
