#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/rules/peer.h"
#include "daemon/rules/refusal_cap.h"

namespace signet::service {

/// Tells the log of requests that broke a rule which `mode = audit` only records. Capped per uid like refusals, so that
/// nobody fills the journal; the audit log has them all.
class RuleLog {
 public:
  /// Nothing where there is no rule.
  void note(const rules::Peer& peer, std::string_view request_id, std::string_view key,
            const std::vector<std::string>& would_refuse);

 private:
  rules::RefusalCap cap_{60, std::chrono::minutes(1)};
};

}  // namespace signet::service
