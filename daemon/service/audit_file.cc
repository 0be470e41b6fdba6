#include "daemon/service/audit_file.h"

#include <unistd.h>

#include "host/log.h"

namespace signet::service {

rules::AuditRecord own_record(std::string outcome) {
  const rules::Peer self{.uid = ::getuid(), .gid = ::getgid(), .pid = ::getpid()};
  return {.time = audit_now(), .peer = self, .outcome = std::move(outcome)};
}

Result<void> AuditFile::append(std::string_view members) {
  SIGNET_TRY(open());
  return write(members);
}

Result<void> AuditFile::open() {
  if (file_.valid() && change() != rules::FileChange::none) close();
  if (file_.valid()) return {};
  Result<host::AppendFile> file = host::AppendFile::open(path_, host::AppendFile::Access::read_and_write);
  if (!file) return fail(std::move(file.error()));
  file_ = *std::move(file);
  if (Result<void> reserved = file_.reserve(); !reserved) return fail(std::move(reserved.error()));
  size_ = file_.size();
  const Result<std::string> octets = file_.tail(rules::kAuditTailBytes);
  if (!octets) return fail(octets.error());
  made_ = octets->empty();
  line_feed_ = octets->empty() || octets->ends_with('\n') ? "" : "\n";
  return write_opening(rules::read_audit_tail(*octets, head_));
}

Result<void> AuditFile::write_opening(const rules::AuditTail& tail) {
  const std::string outcome = !started_ ? "started" : failed_ ? "audit_resumed" : "reopened";
  const rules::Resumption resumption =
      head_ ? rules::resume_after(tail, *head_, change_) : rules::resume_at_start(tail, recorded_);
  before_ = resumption.head;
  for (const rules::AuditFinding& finding : resumption.findings) {
    SIGNET_TRY(write(rules::audit_members(finding, audit_now())));
    // Not before: while the disk is full every request comes here.
    host::log(host::LogLevel::warning, "audit log: " + std::string(finding.why) + "; see docs/audit.md");
  }
  SIGNET_TRY(write(rules::audit_members(own_record(outcome))));
  started_ = true;
  change_ = rules::FileChange::none;
  return {};
}

Result<void> AuditFile::write(std::string_view members) {
  const std::string line = rules::chain_line(before_, members);
  const std::string octets = line_feed_ + line + '\n';
  if (Result<void> written = file_.write(octets); !written) return fail(std::move(written.error()));
  size_ += octets.size();
  line_feed_.clear();
  before_ = rules::next_head(before_, line);
  head_ = before_;
  failed_ = false;
  return {};
}

// Lines in a deleted file would be written and never read; others' octets would run into the next line.
rules::FileChange AuditFile::change() const {
  if (file_.was_deleted()) return rules::FileChange::removed;
  const std::uint64_t size = file_.size();
  if (size == size_ || !file_.is_regular()) return rules::FileChange::none;
  return size < size_ ? rules::FileChange::cut : rules::FileChange::grown;
}

void AuditFile::close() {
  if (file_.valid()) change_ = change();
  discard();
}

void AuditFile::discard() {
  file_.release();
  file_ = {};
}

Unexpected<Error> AuditFile::fail(Error error) {
  failed_ = true;
  discard();
  return Unexpected(make_error(ErrorCode::audit_unavailable, std::move(error.detail)));
}

}  // namespace signet::service
