#include "tests/unit/rules_audit_log.h"

#include <algorithm>

#include <fmt/format.h>

namespace signet::rules {

std::string audit_text(int seconds, const std::string& more) {
  return fmt::format(R"("time":"2026-11-25T12:{:02}:{:02}.000Z","request_id":"r{}","uid":1000,{})", seconds / 60,
                     seconds % 60, seconds, more);
}

LogMaker& LogMaker::add(const std::string& members) {
  lines_.push_back(chain_line(head_, members));
  head_ = next_head(head_, lines_.back());
  return *this;
}

std::vector<std::string> good_log(int count, const std::string& more) {
  LogMaker log;
  for (int i = 1; i <= count; ++i) log.add(audit_text(i, more));
  return log.lines();
}

AuditReport verify(const std::vector<std::string>& lines, const std::vector<ChainHead>& heads, bool ended) {
  AuditVerification verification(heads);
  for (std::size_t i = 0; i < lines.size(); ++i)
    verification.add({.file = 0, .line = i + 1}, lines[i], ended || i + 1 < lines.size());
  return verification.finish();
}

bool names(const AuditReport& report, std::uint64_t line) {
  return std::ranges::any_of(report.findings.kept(), [&](const LogFinding& finding) {
    return finding.place && finding.place->line <= line && line <= finding.until.value_or(*finding.place).line;
  });
}

std::string told(const AuditReport& report) {
  std::string text;
  for (const auto& finding : report.findings.kept())
    text += fmt::format("{}-{}: {}: {}\n", finding.place.value_or(LinePlace()).line,
                        finding.until.value_or(LinePlace()).line, to_string(finding.kind), finding.sentence);
  return text;
}

}  // namespace signet::rules
