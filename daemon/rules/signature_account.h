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

/// What can be judged: the record was read from `read_at` on, and what was signed or written within the `grace` before
/// may be in the one file and not in the other.
struct AccountTimes {
  UtcTime read_at{};
  std::chrono::milliseconds grace{};
};

struct AccountReport {
  LogFindings without_line{};  ///< the alarm: somebody had a JWT signed that the log does not know
  LogFindings never_signed{};  ///< the log has a JWT that the record, which was kept then, does not
  LogFindings begun_anew{};    ///< the log has its line number 1, and signatures are older than that
  std::uint64_t signatures = 0;
  std::uint64_t lost = 0;            ///< signatures whose way back broke off, of which the log tells by their input
  std::uint64_t before_the_log = 0;  ///< signatures older than the log's first line: not judged one by one
  std::uint64_t too_young = 0;       ///< signatures within the grace: not judged
  std::uint64_t other_keys =
      0;  ///< lines of keys that no record given knows, older than it, or within the grace: not judged
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
    bool has_own_line = false;  ///< one that was written when it was signed
  };

  void put_in_order();
  bool note_signature(const AuditEntry& entry);
  void judge(const Signature& signature, bool log_reaches);
  bool may_be_on_its_way(UtcTime time) const;
  bool is_before_log(UtcTime time) const;
  bool was_recorded_then(const AuditEntry& entry) const;

  AccountTimes times_;
  std::vector<Signature> signatures_;
  bool in_order_ = true;
  std::map<Sha256Digest, UtcTime> record_begins_;  ///< by key: its first signature
  std::set<Sha256Digest> lost_;                    ///< signing inputs
  std::optional<UtcTime> log_begins_;
  bool from_number_1_ = false;
  AccountReport report_;
};

}  // namespace signet::rules
