#pragma once

#include <string>

#include "cli/signet/arguments.h"
#include "cli/signet/failure.h"
#include "host/process.h"
#include "proto/result.h"

namespace signet::cli {

/// Runs `exec`'s command with the JWT: by an environment variable or a descriptor in this process's place, so that it
/// returns only on failure; by a header file as a child, whose exit code it gives (128 and the signal's number where
/// one killed it), and the file is gone by then. Every signal that can be caught reaches the child, but for those of
/// faults and job control; the terminal's own reach it anyway. Where this process is killed, so is the child. `jwt` is
/// what outcome_of has made: one line with its line feed. Failures: not_started, cannot_run, not_found. Main thread,
/// the only one; blocks.
Result<ExitCode, Failure> run_command(const CommandOrder& order, std::string jwt, const host::ProcessBefore& before);

}  // namespace signet::cli
