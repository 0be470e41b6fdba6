#pragma once

#include <chrono>
#include <sys/types.h>

#include "daemon/rules/refusal_cap.h"

namespace signet::service {

/// Tells the log of connections for which there was no room. Capped per uid like refusals, so that nobody fills the
/// journal by knocking.
class CrowdLog {
 public:
  void note(uid_t uid);

 private:
  rules::RefusalCap cap_{60, std::chrono::minutes(1)};
};

}  // namespace signet::service
