#include "daemon/service/capped_log.h"

#include <fmt/format.h>

#include "daemon/service/audit_log.h"
#include "host/log.h"

namespace signet::service {

void CappedLog::tell_left_out() {
  for (const rules::SuppressedRefusals& count : cap_.take_ended(audit_now())) {
    host::log(host::LogLevel::info,
              fmt::format("{}: {} more {} not logged", count.uid ? fmt::format("uid {}", *count.uid) : "other uids",
                          count.count, what_));
  }
}

bool CappedLog::takes(uid_t uid) { return cap_.note(uid, audit_now()); }

}  // namespace signet::service
