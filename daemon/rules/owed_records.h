#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "daemon/rules/audit.h"

namespace signet::rules {

/// Lines of signatures that the audit log could not take: written once it can be written again. Nobody got these JWTs,
/// yet signet-token has recorded them, and a signature without a line is an alarm. Bounded. One thread at a time.
class OwedRecords {
 public:
  explicit OwedRecords(std::size_t most = 4096) : most_(most) {}

  /// Keeps the record where it tells of a signature that no line tells of: as "unclaimed" what would have been handed
  /// out or kept. One line for one JWT. False where it tells of one and there is no room for it.
  bool keep(AuditRecord record);
  bool empty() const { return owed_.empty(); }
  std::size_t size() const { return owed_.size(); }
  /// The members of the oldest; not of an empty one.
  const std::string& first() const { return owed_.front().members; }
  void drop_first() { owed_.pop_front(); }

 private:
  struct Owed {
    std::optional<Sha256Digest> jwt;
    std::string members;
  };

  std::size_t most_;
  std::deque<Owed> owed_;
};

}  // namespace signet::rules
