#pragma once

#include <string>

#include "proto/result.h"

namespace signet::service {

/// A fresh UUID of version 4 (RFC 9562 section 5.4) from the kernel's random numbers. Error internal where the kernel
/// gives none. Any thread.
Result<std::string> random_uuid();

}  // namespace signet::service
