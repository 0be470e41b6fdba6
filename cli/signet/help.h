#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cli/signet/arguments.h"

namespace signet::cli {

std::optional<Command> command_from_name(std::string_view name);
std::string_view command_name(Command command);

/// `signet --help`: every command on a line, the common options and the exit codes.
std::string general_help();
/// `signet COMMAND --help`.
std::string command_help(Command command);

}  // namespace signet::cli
