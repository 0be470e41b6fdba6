#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "daemon/rules/peer.h"
#include "daemon/service/capped_log.h"

namespace signet::service {

/// Tells the log of requests that broke a rule which `mode = audit` only records. Capped per uid; the audit log has
/// them all.
class RuleLog {
 public:
  /// Nothing where there is no rule.
  void note(const rules::Peer& peer, std::string_view request_id, std::string_view key,
            const std::vector<std::string>& would_refuse);

 private:
  CappedLog lines_{"requests against rules in audit mode"};
};

}  // namespace signet::service
