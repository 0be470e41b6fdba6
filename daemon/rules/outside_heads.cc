#include "daemon/rules/outside_heads.h"

#include <algorithm>

#include <fmt/format.h>

namespace signet::rules {

OutsideHeads::OutsideHeads(const std::vector<ChainHead>& heads) {
  for (const auto& head : heads) heads_.push_back({.head = head});
}

bool OutsideHeads::vouch(LinePlace place, const ChainHead& head) {
  bool vouched = false;
  for (auto& outside : heads_) {
    if (outside.head.seq != head.seq) continue;
    if (outside.head == head)
      outside.found = vouched = true;
    else
      outside.differs = place;
  }
  return vouched;
}

LogFinding OutsideHeads::missing(const Outside& outside) const {
  const std::uint64_t seq = outside.head.seq;
  LogFinding finding{.kind = FindingKind::head};
  if (outside.differs) {
    finding.place = outside.differs;
    finding.sentence =
        fmt::format("has number {} and is not the line of that head: it, or the log up to it, was changed.", seq);
  } else if (reach_ && seq > reach_->last) {
    finding.place = reach_->last_place;
    finding.sentence =
        fmt::format("is the last, number {}; the head is of number {}: the log's end was cut off, or is not given.",
                    reach_->last, seq);
  } else if (reach_ && seq >= reach_->first) {
    finding.sentence = fmt::format("No line has number {} any more, which a head names.", seq);
  } else {
    finding.sentence =
        fmt::format("There is no line with number {}, which a head names; give the files of that time too.", seq);
  }
  return finding;
}

LogFindings OutsideHeads::finish() const {
  LogFindings findings;
  for (const auto& outside : heads_) {
    if (!outside.found) findings.add(missing(outside));
  }
  return findings;
}

std::size_t OutsideHeads::found() const {
  return static_cast<std::size_t>(std::ranges::count_if(heads_, &Outside::found));
}

}  // namespace signet::rules
