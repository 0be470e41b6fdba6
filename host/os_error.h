#pragma once

#include <string>

#include "proto/error.h"
#include "proto/result.h"

namespace signet::host {

/// io_failure from errno: `message` as it is, and "CALL: what the system said" as the detail. Call before anything can
/// change errno.
Unexpected<Error> os_error(std::string message, const std::string& call);

}  // namespace signet::host
