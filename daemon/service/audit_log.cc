#include "daemon/service/audit_log.h"

#include <unistd.h>

#include "host/log.h"

namespace signet::service {
namespace {

// Health says "down" while the file is broken, and then nobody may come to try it: so the daemon writes a line of its
// own.
rules::AuditRecord resumed_record() {
  const rules::Peer self{.uid = ::getuid(), .gid = ::getgid(), .pid = ::getpid()};
  return {.time = audit_now(), .peer = self, .outcome = "audit_resumed"};
}

}  // namespace

Result<void> AuditLog::append(std::string_view members) {
  const bool worked = file_.works();
  const std::string line = rules::chain_line(head_, members);
  Result<void> appended = file_.append(line + '\n');
  if (appended) head_ = rules::next_head(head_, line);
  // Once per outage; each request that suffers has a line of its own.
  if (!appended && worked) host::log_failure(host::LogLevel::error, "audit log", appended.error());
  if (appended && !worked) host::log(host::LogLevel::notice, "audit log: records are written again");
  return appended;
}

Result<void> AuditLog::must_record(const rules::AuditRecord& record) { return append(rules::audit_members(record)); }

void AuditLog::record_refusal(const rules::AuditRecord& record) {
  append_counts(cap_.take_ended(record.time));
  if (!cap_.note(record.peer->uid, record.time)) return;
  [[maybe_unused]] const Result<void> logged_already = append(rules::audit_members(record));
}

void AuditLog::append_counts(const std::vector<rules::SuppressedRefusals>& counts) {
  for (const rules::SuppressedRefusals& count : counts) {
    [[maybe_unused]] const Result<void> logged_already = append(rules::audit_members(count, audit_now()));
  }
}

void AuditLog::keep() {
  append_counts(cap_.take_ended(audit_now()));
  if (works()) return;
  [[maybe_unused]] const Result<void> logged_already = append(rules::audit_members(resumed_record()));
}

void AuditLog::finish() { append_counts(cap_.take_all()); }

}  // namespace signet::service
