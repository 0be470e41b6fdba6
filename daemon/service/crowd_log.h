#pragma once

#include <sys/types.h>

#include "daemon/service/capped_log.h"

namespace signet::service {

/// Tells the log of connections for which there was no room. Capped per uid, so that nobody fills the
/// journal by knocking.
class CrowdLog {
 public:
  void note(uid_t uid);

 private:
  CappedLog lines_{"connections without room"};
};

}  // namespace signet::service
