#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "daemon/rules/audit_entry.h"
#include "daemon/rules/log_finding.h"
#include "proto/sha256.h"
#include "proto/timestamp.h"

namespace signet::rules {

/// One signature, as the program that holds the key recorded it.
struct RecordedSignature {
  UtcTime time{};
  Sha256Digest spki_sha256{};
  Sha256Digest input_sha256{};
  Sha256Digest jwt_sha256{};
};

/// What can be judged: the record was read from `read_at` on, and a signature of the last `grace` before may be on its
/// way into the log.
struct AccountTimes {
  UtcTime read_at{};
  std::chrono::milliseconds grace{};
};

struct AccountReport {
  LogFindings without_line{};  ///< the alarm: somebody had a JWT signed that the log does not know
  LogFindings never_signed{};  ///< the log has a JWT that the record, which was kept then, does not
  std::uint64_t signatures = 0;
  std::uint64_t lost = 0;            ///< signatures whose way back broke off, of which the log tells by their input
  std::uint64_t before_the_log = 0;  ///< signatures older than the log's first line: not judged
  std::uint64_t too_young = 0;       ///< signatures within the grace: not judged
  std::uint64_t other_keys = 0;      ///< lines of keys that no record given knows, or older than it: not judged
};

/// Holds signet-token's own record against the audit log, by the SHA-256 of the JWT: first every signature, then every
/// line. Keeps a hundred octets for each signature. Pure; one thread at a time.
class SignatureAccount {
 public:
  explicit SignatureAccount(AccountTimes times) : times_(times) {}

  void add_signature(LinePlace place, const RecordedSignature& jwt);
  void add_line(LinePlace place, const AuditEntry& entry);
  /// Once, at the end.
  AccountReport finish();

 private:
  struct Signature {
    Sha256Digest jwt{};
    Sha256Digest input{};
    UtcTime time{};
    LinePlace place{};
    bool has_line = false;
  };

  void put_in_order();
  bool note_signature(const Sha256Digest& jwt);
  bool was_recorded_then(const AuditEntry& entry) const;

  AccountTimes times_;
  std::vector<Signature> signatures_;
  bool in_order_ = true;
  std::map<Sha256Digest, UtcTime> record_begins_;  ///< by key: its first signature
  std::set<Sha256Digest> lost_;                    ///< signing inputs
  std::optional<UtcTime> log_begins_;
  AccountReport report_;
};

}  // namespace signet::rules
