#pragma once

#include <string>
#include <vector>

#include "cli/signet-admin/failure.h"

namespace signet::admin {

/// The whole program after main: parses, acts, prints to stdout and stderr. Main thread; blocks.
ExitCode run(const std::vector<std::string>& arguments);

}  // namespace signet::admin
