#include "daemon/rules/log_finding.h"

#include <algorithm>

namespace signet::rules {

std::string_view to_string(FindingKind kind) {
  switch (kind) {
    case FindingKind::unreadable:
      return "unreadable";
    case FindingKind::missing:
      return "missing";
    case FindingKind::out_of_place:
      return "out_of_place";
    case FindingKind::other_log:
      return "other_log";
    case FindingKind::head:
      return "head";
    case FindingKind::without_line:
      return "without_line";
    case FindingKind::never_signed:
      return "never_signed";
    case FindingKind::begun_anew:
      return "begun_anew";
    case FindingKind::damaged:
      return "damaged";
    case FindingKind::changed:
      break;
  }
  return "changed";
}

void LogFindings::add(LogFinding finding) {
  ++count_;
  if (kept_.size() < kMostKept) kept_.push_back(std::move(finding));
}

void LogFindings::add(LogFindings others) {
  const auto only_counted = others.count_ - others.kept_.size();
  for (auto& finding : others.kept_) add(std::move(finding));
  count_ += only_counted;
}

void LogFindings::sort() { std::ranges::stable_sort(kept_, {}, &LogFinding::place); }

}  // namespace signet::rules
