#include "daemon/rules/audit_tail.h"

#include <fmt/format.h>

#include "daemon/rules/audit_text.h"
#include "proto/bytes.h"

namespace signet::rules {
namespace {

constexpr std::string_view kOrderly = " stopped\n";
constexpr std::string_view kRunning = " running\n";

/// The head at a line, where that is one of a chain; of `known` where only that one counts.
std::optional<ChainHead> head_at(std::string_view line, const std::optional<ChainHead>& known) {
  const auto link = chain_link(line);
  if (!link || (known && link->seq != known->seq)) return std::nullopt;
  const ChainHead head = next_head({link->seq - 1, link->prev}, line);
  if (known && head != *known) return std::nullopt;
  return head;
}

/// The last whole line that is one of the chain, and what is after it.
std::optional<AuditTail> last_of_chain(std::string_view octets, const std::optional<ChainHead>& known) {
  if (auto head = head_at(octets.substr(octets.rfind('\n') + 1), known)) return AuditTail{.head = head, .ended = false};
  std::string_view before = octets;
  for (auto end = before.rfind('\n'); end != before.npos; end = before.rfind('\n')) {
    before = before.substr(0, end);
    const auto begin = before.rfind('\n') + 1;  // npos + 1 is 0
    if (auto head = head_at(before.substr(begin), known)) return AuditTail{head, std::string(octets.substr(end + 1))};
    before = before.substr(0, begin);
  }
  return std::nullopt;
}

/// Of the octets at the file's end that are no line of the chain.
void explain_end(Resumption& result, const AuditTail& tail, std::string_view why) {
  if (!tail.torn.empty()) result.findings.push_back({.why = why, .torn = tail.torn});
  if (!tail.ended) result.findings.push_back({.why = "no_line_feed", .found = tail.head});
}

AuditFinding mismatch(std::string_view why, const AuditTail& tail, const ChainHead& expected) {
  return {.why = why, .found = tail.head, .expected = expected};
}

}  // namespace

AuditTail read_audit_tail(std::string_view octets, const std::optional<ChainHead>& known) {
  if (known)
    if (auto tail = last_of_chain(octets, known)) return *std::move(tail);
  if (auto tail = last_of_chain(octets, std::nullopt)) return *std::move(tail);
  return {.torn = std::string(octets.substr(octets.rfind('\n') + 1))};
}

std::string to_string(const HeadRecord& record) {
  return to_string(record.head) + std::string(record.orderly ? kOrderly : kRunning);
}

Result<HeadRecord> parse_head_record(std::string_view text) {
  HeadRecord record{.orderly = text.ends_with(kOrderly)};
  if (!record.orderly && !text.ends_with(kRunning))
    return Unexpected(Error{ErrorCode::bad_input, "is no record of an audit log's head"});
  SIGNET_TRY_ASSIGN(record.head, parse_chain_head(text.substr(0, text.size() - kRunning.size())));
  return record;
}

std::string audit_members(const AuditFinding& finding, UtcTime now) {
  AuditText text;
  text.text("time", utc_timestamp(now));
  text.text("outcome", "audit_recovered");
  text.text("why", finding.why);
  if (!finding.torn.empty()) {
    text.number("torn_bytes", static_cast<std::int64_t>(finding.torn.size()));
    text.text("torn_sha256", hex(sha256(bytes_of(finding.torn))));
  }
  if (finding.found) text.text("found", to_string(*finding.found));
  if (finding.expected) text.text("expected", to_string(*finding.expected));
  return text.members();
}

Resumption resume_at_start(const AuditTail& tail, const std::optional<HeadRecord>& recorded) {
  Resumption result;
  explain_end(result, tail, "torn_line");
  if (!tail.head) {
    if (!recorded) return result;
    result.head = recorded->head;
    if (!recorded->orderly) result.findings.push_back(mismatch("unclean_stop", tail, recorded->head));
    return result;
  }
  result.head = *tail.head;
  if (!recorded || recorded->head == *tail.head) return result;
  if (tail.head->seq <= recorded->head.seq) {
    result.head = recorded->head;
    result.findings.push_back(mismatch("lines_missing", tail, recorded->head));
  } else if (recorded->orderly) {
    result.findings.push_back(mismatch("lines_added", tail, recorded->head));
  }
  return result;
}

Resumption resume_after(const AuditTail& tail, const ChainHead& known, FileChange change) {
  Resumption result{.head = known};
  explain_end(result, tail, change == FileChange::grown ? "other_lines" : "torn_line");
  if (change == FileChange::removed || change == FileChange::cut)
    result.findings.push_back(mismatch(change == FileChange::cut ? "file_cut" : "file_removed", tail, known));
  else if (tail.head && *tail.head != known)
    result.findings.push_back(mismatch("other_lines", tail, known));
  return result;
}

}  // namespace signet::rules
