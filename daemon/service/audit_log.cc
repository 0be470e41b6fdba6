#include "daemon/service/audit_log.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "host/log.h"
#include "host/sync_directory.h"

namespace signet::service {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kRefusalsPerSecond = 10;
constexpr std::chrono::milliseconds kKeepInterval = 1s;
constexpr std::chrono::milliseconds kSaveHeadEvery = 5s;
// A head in the log is a copy that whoever edits the file does not reach; these bound what he may cut off unseen.
constexpr std::chrono::milliseconds kTellHeadEvery = 1min;
constexpr std::uint64_t kTellHeadAfter = 10'000;

Unexpected<Error> unavailable(const Error& error) {
  return Unexpected(make_error(ErrorCode::audit_unavailable, error.message + "; " + error.detail));
}

}  // namespace

AuditLog::AuditLog(Executor io, const rules::DaemonConfig& config)
    : sync_(config.audit_sync),
      sync_interval_(config.audit_sync_interval),
      head_file_(config.state_dir),
      file_(config.audit_log, head_file_.read()),
      cap_(kRefusalsPerSecond, 1s),
      commit_(io, [this](const Result<void>& outcome) { sync_ended(outcome); }) {}

void AuditLog::start() {
  if (!told(file_.open())) return;
  sync_made_file();
  tell_head("start");
  // From here on lines may follow that the record does not know of.
  saved_head_ = file_.head();
  head_file_.keep({*saved_head_, false});
}

void AuditLog::finish() {
  append_counts(cap_.take_all());
  const Result<void> stopped = append(rules::audit_members(own_record("stopped")));
  if (!owed_.empty())
    host::log(host::LogLevel::error, fmt::format("audit log: {} signatures have no line", owed_.size()));
  commit_.finish();
  if (!stopped) return;
  tell_head("stop");
  if (sync_ != rules::AuditSync::none) {
    if (Result<void> synced = told(host::sync_data(*file_.descriptor())); !synced) return;
  }
  head_file_.keep({*file_.head(), true});
}

Result<void> AuditLog::ready() {
  Result<void> ready = told(file_.open());
  sync_made_file();
  if (ready) append_owed();
  return ready;
}

Result<void> AuditLog::append(std::string_view members) {
  SIGNET_TRY(ready());
  return told(file_.append(members));
}

Result<void> AuditLog::append(const rules::AuditRecord& record) {
  Result<void> written = append(rules::audit_members(record));
  if (!written && !owed_.keep(record))
    host::log(host::LogLevel::error, "audit log: a signature has no line, and too many are owed to keep it");
  return written;
}

void AuditLog::append_owed() {
  while (!owed_.empty() && told(file_.append(owed_.first()))) owed_.drop_first();
}

// A line in a file without a name is not on the disk for anybody who looks for it.
void AuditLog::sync_made_file() {
  if (!file_.take_made() || sync_ == rules::AuditSync::none) return;
  commit_.start(file_.descriptor(), [path = file_.path()] { return host::sync_directory_of(path); });
}

// Once per outage; each request that suffers has a line of its own in the log.
Result<void> AuditLog::told(Result<void> written) {
  const bool worked = std::exchange(works_, written.has_value());
  if (!works_ && worked) host::log_failure(host::LogLevel::error, "audit log", written.error());
  if (works_ && !worked) host::log(host::LogLevel::notice, "audit log: records are written again");
  return written;
}

Task<Result<void>> AuditLog::must_record(const rules::AuditRecord& record, Deadline deadline) {
  if (Result<void> written = append(record); !written) co_return written;
  if (sync_ != rules::AuditSync::always && !sync_failed_) co_return Result<void>();
  co_return co_await synced(deadline);
}

Task<Result<void>> AuditLog::synced(Deadline deadline) {
  synced_head_ = file_.head();
  const Result<void> synced = co_await commit_.synced(file_.descriptor(), deadline);
  if (!synced) co_return unavailable(synced.error());
  co_return Result<void>();
}

void AuditLog::record_refusal(const rules::AuditRecord& record) {
  append_counts(cap_.take_ended(record.time));
  // A signature without a line would look like one that was stolen.
  if (record.jwt_sha256 || cap_.note(record.peer->uid, record.time)) this->record(record);
}

void AuditLog::record(const rules::AuditRecord& record) {
  [[maybe_unused]] const Result<void> logged_already = append(record);
}

void AuditLog::append_counts(const std::vector<rules::SuppressedRefusals>& counts) {
  for (const rules::SuppressedRefusals& count : counts) {
    [[maybe_unused]] const Result<void> logged_already = append(rules::audit_members(count, audit_now()));
  }
}

// Health says "down" while the file is broken, and then nobody may come to try it: so the daemon tries by itself.
void AuditLog::keep() {
  append_counts(cap_.take_ended(audit_now()));
  if (!ready()) return;
  const auto now = SteadyClock::now();
  keep_on_disk(now);
  keep_head(now);
}

void AuditLog::keep_on_disk(SteadyClock::time_point now) {
  if (sync_ == rules::AuditSync::none) return;
  const bool due = synced_head_ != file_.head() && now - synced_at_ >= sync_interval_;
  if (!due && !sync_failed_) return;
  synced_head_ = file_.head();
  synced_at_ = now;
  commit_.start(file_.descriptor());
}

// The lines go first: a head on the disk that is newer than the file would look like lines that were cut off.
void AuditLog::keep_head(SteadyClock::time_point now) {
  const rules::ChainHead head = *file_.head();
  if ((saved_head_ != head || !head_file_.works()) && now - saved_at_ >= kSaveHeadEvery) {
    saved_head_ = head;
    saved_at_ = now;
    commit_.start(sync_ == rules::AuditSync::none ? nullptr : file_.descriptor(), [this, head] {
      head_file_.keep({head, false});
      return Result<void>();
    });
  }
  const std::uint64_t untold = told_head_ ? head.seq - told_head_->seq : head.seq;
  if (untold >= kTellHeadAfter || (untold > 0 && now - told_at_ >= kTellHeadEvery)) tell_head("while running");
}

void AuditLog::tell_head(std::string_view when) {
  told_head_ = file_.head();
  told_at_ = SteadyClock::now();
  host::log(host::LogLevel::notice, fmt::format("audit log: head {} ({})", rules::to_string(*told_head_), when));
}

void AuditLog::sync_ended(const Result<void>& outcome) {
  const bool failed_before = std::exchange(sync_failed_, !outcome.has_value());
  if (sync_failed_) saved_head_.reset();  // it may have gone with the round
  if (sync_failed_ && !failed_before) host::log_failure(host::LogLevel::error, "audit log", outcome.error());
  if (!sync_failed_ && failed_before) host::log(host::LogLevel::notice, "audit log: records are synced again");
}

std::chrono::milliseconds AuditLog::keep_interval() const { return std::min(kKeepInterval, sync_interval_); }

// What was written to it still goes to the disk.
void AuditLog::leave_file() {
  if (file_.is_open() && sync_ != rules::AuditSync::none) commit_.start(file_.descriptor());
  file_.close();
}

void AuditLog::reopen() {
  leave_file();
  if (!told(file_.open())) return;
  sync_made_file();
  tell_head("reopened");
  // At once: after a crash the numbers of the renamed file, and no more, may be there twice.
  saved_at_ = {};
  keep_head(SteadyClock::now());
}

void AuditLog::apply(const rules::DaemonConfig& config) {
  sync_ = config.audit_sync;
  sync_interval_ = config.audit_sync_interval;
  if (sync_ == rules::AuditSync::none) sync_failed_ = false;
  if (config.audit_log == file_.path()) return;
  leave_file();
  file_.set_path(config.audit_log);
}

}  // namespace signet::service
