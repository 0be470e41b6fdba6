#pragma once

#include <string>
#include <vector>

#include "daemon/rules/audit_verification.h"

namespace signet::rules {

/// What a good log's line says beside its place in the chain; `seconds` after noon.
std::string audit_text(int seconds, const std::string& more = R"("outcome":"issued","key":"apple","kid":"K1")");

/// A log in the making: each line is hung behind the one before it.
class LogMaker {
 public:
  explicit LogMaker(ChainHead head = {}) : head_(head) {}

  /// `members`: from "time" to the one before "prev".
  LogMaker& add(const std::string& members);
  const std::vector<std::string>& lines() const { return lines_; }
  const ChainHead& head() const { return head_; }

 private:
  std::vector<std::string> lines_;
  ChainHead head_;
};

/// `count` good lines.
std::vector<std::string> good_log(int count,
                                  const std::string& more = R"("outcome":"issued","key":"apple","kid":"K1")");

/// The report of one file with these lines; the last without its line feed where `ended` is false.
AuditReport verify(const std::vector<std::string>& lines, const std::vector<ChainHead>& heads = {}, bool ended = true);

/// Some finding names this line, alone or as one of two.
bool names(const AuditReport& report, std::uint64_t line);
/// The places and sentences, for a test's messages.
std::string told(const AuditReport& report);

}  // namespace signet::rules
