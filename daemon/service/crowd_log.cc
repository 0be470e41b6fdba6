#include "daemon/service/crowd_log.h"

#include <fmt/format.h>

#include "daemon/service/audit_log.h"
#include "host/log.h"

namespace signet::service {

void CrowdLog::note(uid_t uid) {
  const UtcTime now = audit_now();
  for (const rules::SuppressedRefusals& count : cap_.take_ended(now)) {
    host::log(host::LogLevel::info,
              fmt::format("{}: {} more connections without room not logged",
                          count.uid ? fmt::format("uid {}", *count.uid) : "other uids", count.count));
  }
  if (cap_.note(uid, now))
    host::log(host::LogLevel::warning, fmt::format("no room for another connection of uid {}", uid));
}

}  // namespace signet::service
