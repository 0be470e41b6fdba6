#pragma once

#include <string>
#include <vector>

#include "cli/signet/failure.h"
#include "host/process.h"

namespace signet::cli {

/// The whole program after main: parses, asks, prints to stdout and stderr. Reads SIGNET_SOCKET, NO_COLOR and TERM.
/// `before` is what a command run by `exec` finds again. Main thread; blocks.
ExitCode run(const std::vector<std::string>& arguments, const host::ProcessBefore& before);

}  // namespace signet::cli
