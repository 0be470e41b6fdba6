#pragma once

#include "daemon/rules/claims.h"

namespace signet::service {

/// When this program was configured for building: a clock that stands before it is wrong.
rules::WallTime built_at();

}  // namespace signet::service
