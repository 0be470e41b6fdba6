#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

// What `--help` says, of a program and of each of its commands.
namespace signet::terminal {

struct CommandText {
  std::string_view name;
  std::string_view usage;  ///< after the program's name
  std::string_view summary;
  std::string_view details;           ///< options of its own and an example
  std::string_view common_options{};  ///< instead of the program's; empty: those
};

struct ProgramText {
  std::string_view name;
  std::string_view purpose;  ///< one sentence
  std::span<const CommandText> commands;
  std::size_t usage_width;  ///< of the column before the summaries
  std::string_view common_options;
  std::string_view exit_codes;
};

/// The command's place in `commands`; nothing for an unknown name. Any thread.
std::optional<std::size_t> find_command(const ProgramText& program, std::string_view name);
/// `PROGRAM --help`: every command on a line, the common options and the exit codes. Any thread.
std::string general_help(const ProgramText& program);
/// `PROGRAM COMMAND --help`. Any thread.
std::string command_help(const ProgramText& program, const CommandText& command);

}  // namespace signet::terminal
