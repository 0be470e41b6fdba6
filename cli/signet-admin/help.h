#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/signet-admin/arguments.h"

namespace signet::admin {

/// "key import" and the others.
std::optional<Command> command_from_name(std::string_view name);
std::string_view command_name(Command command);
/// In the order of the help.
std::vector<Command> all_commands();

std::string general_help();
std::string command_help(Command command);

}  // namespace signet::admin
