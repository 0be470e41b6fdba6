#include "daemon/service/rule_log.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "host/log.h"

namespace signet::service {

void RuleLog::note(const rules::Peer& peer, std::string_view request_id, std::string_view key,
                   const std::vector<std::string>& would_refuse) {
  if (would_refuse.empty()) return;
  lines_.tell_left_out();
  if (!lines_.takes(peer.uid)) return;
  host::log(host::LogLevel::notice, fmt::format("request {} of uid {}: key {} would refuse it by {} (mode = audit)",
                                                request_id, peer.uid, key, fmt::join(would_refuse, ", ")));
}

}  // namespace signet::service
