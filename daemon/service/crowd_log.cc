#include "daemon/service/crowd_log.h"

#include <fmt/format.h>

#include "host/log.h"

namespace signet::service {

void CrowdLog::note(uid_t uid) {
  lines_.tell_left_out();
  if (lines_.takes(uid))
    host::log(host::LogLevel::warning, fmt::format("no room for another connection of uid {}", uid));
}

}  // namespace signet::service
