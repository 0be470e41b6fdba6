#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/rules/audit_chain.h"
#include "proto/timestamp.h"

// Where the chain goes on when a log file is opened: decided from the end of that file and from what is known of the
// chain besides. Pure; any thread.
namespace signet::rules {

/// So many octets of a file's end are looked at: many times the longest line.
inline constexpr std::size_t kAuditTailBytes = 256UL * 1024;

/// The end of a log file.
struct AuditTail {
  std::optional<ChainHead> head{};  ///< its last line that is one of a chain
  std::string torn{};  ///< what follows that line: half a line that a full disk or the end of the process left
  bool ended = true;   ///< false where the last line is whole but for its line feed
  bool operator==(const AuditTail&) const = default;
};

/// `octets`: the file's last kAuditTailBytes, or all of it. `known`: where the chain stands as this process wrote it; a
/// line after that one is not part of the chain.
AuditTail read_audit_tail(std::string_view octets, const std::optional<ChainHead>& known);

/// audit.head in state-dir: where the chain stood a short while ago, or when the daemon ended.
struct HeadRecord {
  ChainHead head{};
  bool orderly = false;  ///< written when the daemon ended: no line came after it
  bool operator==(const HeadRecord&) const = default;
};
std::string to_string(const HeadRecord& record);
/// Error bad_input: not of that form.
Result<HeadRecord> parse_head_record(std::string_view text);

/// Something about a file that the chain alone would not explain; it becomes a line of its own.
struct AuditFinding {
  std::string_view why;                 ///< see docs/audit.md
  std::string torn{};                   ///< the octets, of which the line has number and hash
  std::optional<ChainHead> found{};     ///< where the file's last line stands
  std::optional<ChainHead> expected{};  ///< where the chain stood
};

/// The members of a line, outcome "audit_recovered".
std::string audit_members(const AuditFinding& finding, UtcTime now);

/// Where to go on, and what to say first.
struct Resumption {
  ChainHead head{};
  std::vector<AuditFinding> findings{};
};

/// At start; `recorded` is audit.head.
Resumption resume_at_start(const AuditTail& tail, const std::optional<HeadRecord>& recorded);

/// What somebody else did to the file that was open.
enum class FileChange { none, removed, cut, grown };
/// In a process that has written lines already: after a rotation, a failure, or a change by others.
Resumption resume_after(const AuditTail& tail, const ChainHead& known, FileChange change = FileChange::none);

}  // namespace signet::rules
