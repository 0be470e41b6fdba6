#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "daemon/rules/audit_chain.h"
#include "daemon/rules/log_finding.h"

namespace signet::rules {

/// From where to where a log goes.
struct LogReach {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  LinePlace last_place{};
};

/// Heads of a log's chain that were kept outside of it: each must be found. Pure; one thread at a time.
class OutsideHeads {
 public:
  explicit OutsideHeads(const std::vector<ChainHead>& heads);

  bool empty() const { return heads_.empty(); }
  /// Is the line at `place`, which makes `head`, one that a head from outside names?
  bool vouch(LinePlace place, const ChainHead& head);
  /// Once the last line was read; never where there is none.
  void reach(const LogReach& reach) { reach_ = reach; }
  /// Those that no line makes.
  LogFindings finish() const;
  std::size_t found() const;

 private:
  struct Outside {
    ChainHead head{};
    bool found = false;
    std::optional<LinePlace> differs{};  ///< a line of that number that is another
  };
  LogFinding missing(const Outside& outside) const;

  std::vector<Outside> heads_;
  std::optional<LogReach> reach_;
};

}  // namespace signet::rules
