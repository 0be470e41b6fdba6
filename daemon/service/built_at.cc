#include "daemon/service/built_at.h"

#ifndef SIGNET_BUILT_AT
#error "the build says when it was configured"
#endif

namespace signet::service {

rules::WallTime built_at() { return rules::WallTime(std::chrono::seconds(SIGNET_BUILT_AT)); }

}  // namespace signet::service
