#pragma once

#include <string>

#include "cli/signet-admin/arguments.h"
#include "cli/signet-admin/key_commands.h"

// Each reads the audit log and gives what goes to stdout. Main thread; blocks on files.
namespace signet::admin {

/// Failures: failure, usage; as the outcome's: log_broken, signature_without_line.
Done<Outcome> verify_audit(const Invocation& invocation, bool colour);
/// Failures: failure, usage; as the outcome's: nothing_found.
Done<Outcome> who_got_jwt(const Invocation& invocation, bool colour);
/// Failures: failure.
Done<Outcome> live_jwts_of_key(const Invocation& invocation, bool colour);

}  // namespace signet::admin
