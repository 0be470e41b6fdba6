#include "daemon/rules/owed_records.h"

#include <algorithm>

namespace signet::rules {
namespace {

bool tells_of_a_signature(const AuditRecord& record) {
  return record.input_sha256 || (record.jwt_sha256 && !record.cached.value_or(false));
}

}  // namespace

bool OwedRecords::keep(AuditRecord record) {
  if (!tells_of_a_signature(record)) return true;
  // Several requests may have waited for one JWT.
  if (record.jwt_sha256 && std::ranges::find(owed_, record.jwt_sha256, &Owed::jwt) != owed_.end()) return true;
  if (owed_.size() >= most_) return false;
  if (record.outcome == "issued" || record.outcome == "refreshed") record.outcome = "unclaimed";
  record.cached.reset();
  owed_.push_back({record.jwt_sha256, audit_members(record)});
  return true;
}

}  // namespace signet::rules
