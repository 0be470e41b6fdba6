#pragma once

#include <string>
#include <vector>

#include "cli/signet/failure.h"

namespace signet::cli {

/// The whole program after main: parses, asks, prints to stdout and stderr. Reads SIGNET_SOCKET, NO_COLOR and TERM.
/// Main thread; blocks.
ExitCode run(const std::vector<std::string>& arguments);

}  // namespace signet::cli
