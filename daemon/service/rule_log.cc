#include "daemon/service/rule_log.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "daemon/service/audit_log.h"
#include "host/log.h"

namespace signet::service {

void RuleLog::note(const rules::Peer& peer, std::string_view request_id, std::string_view key,
                   const std::vector<std::string>& would_refuse) {
  if (would_refuse.empty()) return;
  const UtcTime now = audit_now();
  for (const rules::SuppressedRefusals& count : cap_.take_ended(now)) {
    host::log(host::LogLevel::info,
              fmt::format("{}: {} more requests against rules in audit mode not logged",
                          count.uid ? fmt::format("uid {}", *count.uid) : "other uids", count.count));
  }
  if (!cap_.note(peer.uid, now)) return;
  host::log(host::LogLevel::notice, fmt::format("request {} of uid {}: key {} would refuse it by {} (mode = audit)",
                                                request_id, peer.uid, key, fmt::join(would_refuse, ", ")));
}

}  // namespace signet::service
