#pragma once

#include "cli/signet-admin/arguments.h"
#include "cli/signet-admin/key_commands.h"

// Explain policy without the daemon, by its own rules. Main thread; block on the disk and on name services.
namespace signet::admin {

/// Each key in words, warnings, and all problems. The outcome has a failure where there is a problem.
Done<Outcome> check_policy(const Invocation& invocation, bool colour);

/// What signetd would answer to one request. The outcome's failure is refused for an answer of 4xx, unavailable for
/// 503.
Done<Outcome> test_policy(const Invocation& invocation, bool colour);

}  // namespace signet::admin
