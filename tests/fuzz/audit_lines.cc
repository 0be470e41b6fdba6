// The lines of an audit log, as anybody may have left them.
#include "daemon/rules/audit_verification.h"
#include "daemon/rules/live_jwts.h"
#include "proto/utf8.h"
#include "tests/fuzz/check_input.h"
#include "tests/fuzz/expect.h"

namespace signet::fuzz {
namespace {

using rules::ChainHead;

template <class Take>
void each_line(std::string_view text, const Take& take) {
  for (auto end = text.find('\n'); end != text.npos; end = text.find('\n')) {
    take(text.substr(0, end), true);
    text.remove_prefix(end + 1);
  }
  if (!text.empty()) take(text, false);
}

void check_entry(const rules::AuditEntry& entry) {
  expect(entry.seq >= 1, "a line has a number");
  expect(!entry.outcome.empty() || entry.seq > 0, "a line has an outcome");
  rules::LiveJwts live({.key = entry.key, .at = entry.time});
  live.add(entry);
  expect(live.finish().size() <= 1, "a line is of one JWT");
}

// Where nothing was found the lines are one chain, whoever looks.
void check_chain(std::string_view text) {
  std::optional<ChainHead> head;
  each_line(text, [&](std::string_view line, bool) {
    if (line.empty()) return;
    const auto entry = rules::read_audit_entry(line);
    if (!entry) return;  // half a line, which the next one tells of
    // signetd may have taken back the line before, or gone on from an earlier one, and says so.
    if (head && entry->outcome != "audit_recovered")
      expect(entry->seq == head->seq + 1 && entry->prev == head->digest, "a broken chain is found");
    head = rules::next_head({entry->seq - 1, {}}, line);
  });
}

}  // namespace

void check_input(BytesView input) {
  const auto text = text_of(input);
  rules::AuditVerification verification({});
  std::uint64_t number = 0;
  each_line(text, [&](std::string_view line, bool ended) {
    const auto entry = verification.add({.file = 0, .line = ++number}, line, ended);
    if (entry) check_entry(*entry);
  });
  const auto report = verification.finish();
  for (const auto& finding : report.findings.kept()) {
    expect(is_utf8(finding.sentence), "a finding can be printed");
    expect(!finding.place || (finding.place->line >= 1 && finding.place->line <= number),
           "a finding names a line there is");
  }
  if (report.findings.empty()) check_chain(text);
}

}  // namespace signet::fuzz
