#include "daemon/service/audit_file.h"

#include <unistd.h>

#include "host/log.h"

namespace signet::service {

rules::AuditRecord own_record(std::string outcome) {
  const rules::Peer self{.uid = ::getuid(), .gid = ::getgid(), .pid = ::getpid()};
  return {.time = audit_now(), .peer = self, .outcome = std::move(outcome)};
}

Result<void> AuditFile::append(std::string_view members) {
  // Lines in a deleted file would be written and never read.
  if (file_.valid() && file_.was_deleted()) close();
  SIGNET_TRY(open());
  return write(members);
}

Result<void> AuditFile::open() {
  if (file_.valid()) return {};
  Result<host::AppendFile> file = host::AppendFile::open(path_, host::AppendFile::Access::read_and_write);
  if (!file) return fail(std::move(file.error()));
  file_ = *std::move(file);
  if (Result<void> reserved = file_.reserve(); !reserved) return fail(std::move(reserved.error()));
  const Result<std::string> octets = file_.tail(rules::kAuditTailBytes);
  if (!octets) return fail(octets.error());
  made_ = octets->empty();
  line_feed_ = octets->empty() || octets->ends_with('\n') ? "" : "\n";
  return write_opening(rules::read_audit_tail(*octets, head_));
}

Result<void> AuditFile::write_opening(const rules::AuditTail& tail) {
  const std::string outcome = !started_ ? "started" : failed_ ? "audit_resumed" : "reopened";
  const rules::Resumption resumption =
      head_ ? rules::resume_after(tail, *head_) : rules::resume_at_start(tail, recorded_);
  before_ = resumption.head;
  for (const rules::AuditFinding& finding : resumption.findings) {
    host::log(host::LogLevel::warning, "audit log: " + std::string(finding.why) + "; see docs/audit.md");
    SIGNET_TRY(write(rules::audit_members(finding, audit_now())));
  }
  SIGNET_TRY(write(rules::audit_members(own_record(outcome))));
  started_ = true;
  return {};
}

Result<void> AuditFile::write(std::string_view members) {
  const std::string line = rules::chain_line(before_, members);
  if (Result<void> written = file_.write(line_feed_ + line + '\n'); !written) return fail(std::move(written.error()));
  line_feed_.clear();
  before_ = rules::next_head(before_, line);
  head_ = before_;
  failed_ = false;
  return {};
}

void AuditFile::close() {
  file_.release();
  file_ = {};
}

Unexpected<Error> AuditFile::fail(Error error) {
  failed_ = true;
  close();
  return Unexpected(make_error(ErrorCode::audit_unavailable, std::move(error.detail)));
}

}  // namespace signet::service
