#include "daemon/service/audit_head.h"

#include <filesystem>
#include <system_error>

#include "daemon/service/durable_file.h"
#include "host/log.h"
#include "host/process.h"

namespace signet::service {
namespace {

constexpr std::size_t kMaxBytes = 256;

Result<rules::HeadRecord> read_record(const std::string& path) {
  SIGNET_TRY_ASSIGN(const std::string text, host::read_file(path, kMaxBytes));
  return rules::parse_head_record(text);
}

}  // namespace

std::optional<rules::HeadRecord> AuditHeadFile::read() const {
  std::error_code ignored;
  if (!std::filesystem::exists(path_, ignored)) return std::nullopt;
  const Result<rules::HeadRecord> record = read_record(path_);
  if (record) return *record;
  host::log_failure(host::LogLevel::error, "audit log: " + path_ + " is passed over", record.error());
  return std::nullopt;
}

void AuditHeadFile::keep(const rules::HeadRecord& record) {
  const Result<void> written = write_durably(path_, rules::to_string(record));
  if (!written && works_) host::log_failure(host::LogLevel::error, "audit log: head", written.error());
  works_ = written.has_value();
}

}  // namespace signet::service
