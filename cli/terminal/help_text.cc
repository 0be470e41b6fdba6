#include "cli/terminal/help_text.h"

#include <algorithm>

#include <fmt/format.h>

namespace signet::terminal {

std::optional<std::size_t> find_command(const ProgramText& program, std::string_view name) {
  const auto found = std::ranges::find(program.commands, name, &CommandText::name);
  if (found == program.commands.end()) return std::nullopt;
  return static_cast<std::size_t>(found - program.commands.begin());
}

std::string general_help(const ProgramText& program) {
  std::string text = fmt::format("Usage: {} COMMAND [options]\n\n{}\n\nCommands:\n", program.name, program.purpose);
  for (const CommandText& command : program.commands)
    text += fmt::format("  {:<{}} {}\n", command.usage, program.usage_width, command.summary);
  text += fmt::format("\n\"{} COMMAND --help\" says more about one of them.\n", program.name);
  return text + std::string(program.common_options) + std::string(program.exit_codes);
}

std::string command_help(const ProgramText& program, const CommandText& command) {
  const std::string_view common = command.common_options.empty() ? program.common_options : command.common_options;
  return fmt::format("Usage: {} {}\n\n{}: {}\n{}{}{}", program.name, command.usage, command.name, command.summary,
                     command.details, common, program.exit_codes);
}

}  // namespace signet::terminal
