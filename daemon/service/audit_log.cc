#include "daemon/service/audit_log.h"

#include <unistd.h>

#include "host/log.h"

namespace signet::service {
namespace {

// Health says "down" while the file is broken, and then nobody may come to try it: so the daemon writes a line of its
// own.
rules::AuditRecord resumed_record() {
  rules::AuditRecord record{.time = audit_now(), .request_id = "-", .peer = {}, .outcome = "audit_resumed"};
  record.peer.uid = ::getuid();
  record.peer.gid = ::getgid();
  record.peer.pid = ::getpid();
  return record;
}

}  // namespace

Result<void> AuditLog::append(const std::string& line) {
  const bool worked = file_.works();
  Result<void> appended = file_.append(line);
  // Once per outage; each request that suffers has a line of its own.
  if (!appended && worked) host::log_failure(host::LogLevel::error, "audit log", appended.error());
  if (appended && !worked) host::log(host::LogLevel::notice, "audit log: records are written again");
  return appended;
}

Result<void> AuditLog::must_record(const rules::AuditRecord& record) { return append(rules::audit_line(record)); }

void AuditLog::record_refusal(const rules::AuditRecord& record) {
  append_counts(cap_.take_ended(record.time));
  if (!cap_.note(record.peer.uid, record.time)) return;
  [[maybe_unused]] const Result<void> logged_already = append(rules::audit_line(record));
}

void AuditLog::append_counts(const std::vector<rules::SuppressedRefusals>& counts) {
  for (const rules::SuppressedRefusals& count : counts) {
    [[maybe_unused]] const Result<void> logged_already = append(rules::audit_line(count, audit_now()));
  }
}

void AuditLog::keep() {
  append_counts(cap_.take_ended(audit_now()));
  if (works()) return;
  [[maybe_unused]] const Result<void> logged_already = append(rules::audit_line(resumed_record()));
}

void AuditLog::finish() { append_counts(cap_.take_all()); }

}  // namespace signet::service
