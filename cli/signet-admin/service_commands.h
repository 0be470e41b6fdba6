#pragma once

#include <string>

#include "cli/signet-admin/arguments.h"

// About signetd as a whole. Both give what goes to stdout. Failures as of ask_daemon. Block.
namespace signet::admin {

/// A refused reload is a failure that lists its problems.
Done<std::string> reload_service(const Invocation& invocation);
Done<std::string> show_status(const Invocation& invocation, bool colour);

}  // namespace signet::admin
