#pragma once

#include <string>

#include "cli/signet-admin/arguments.h"

namespace signet::admin {

/// Has signetd switch a key to its next object; gives what goes to stdout. Failures: refused (403, or the socket's
/// mode), unavailable (503, 504, nothing listens), else failure, with the service's sentence. Blocks.
Done<std::string> promote_key(const Invocation& invocation);

}  // namespace signet::admin
