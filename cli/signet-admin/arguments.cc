#include "cli/signet-admin/arguments.h"

#include <fmt/format.h>

#include "cli/signet-admin/audit_arguments.h"
#include "cli/signet-admin/daemon_arguments.h"
#include "cli/signet-admin/help.h"
#include "cli/signet-admin/hsm_arguments.h"
#include "cli/signet-admin/option_values.h"
#include "cli/signet-admin/policy_arguments.h"
#include "cli/terminal/parse_options.h"

namespace signet::admin {
namespace {

namespace po = boost::program_options;
using Parsed = Done<std::variant<Invocation, Notice>>;

po::options_description common_options() {
  po::options_description options;
  add_flags(options, {"help,h", "version"});
  add_texts(options, {"config"});
  add_lists(options, {"argument"});
  return options;
}

void add_new(po::options_description& all, const po::options_description& options) {
  for (const auto& option : options.options()) {
    if (all.find_nothrow(option->long_name(), false) == nullptr) all.add(option);
  }
}

// Each family of commands has its options, and reads them, in a file of its own.
po::options_description options_of(Command command) {
  auto options = common_options();
  add_new(options, is_audit_command(command)    ? audit_command_options(command)
                   : is_policy_command(command) ? policy_command_options(command)
                   : is_daemon_command(command) ? daemon_command_options(command)
                                                : hsm_command_options(command));
  return options;
}

Done<Invocation> invocation_of(Command command, const po::variables_map& values) {
  if (is_audit_command(command)) return audit_invocation(command, values);
  if (is_policy_command(command)) return policy_invocation(command, values);
  if (is_daemon_command(command)) return daemon_invocation(command, values);
  return hsm_invocation(command, values);
}

// Every option there is: which words are a command shows before it is known which options the command has. So an option
// of one name takes a value in every command, or in none.
po::options_description all_options() {
  po::options_description all;
  for (const Command command : all_commands()) add_new(all, options_of(command));
  return all;
}

Done<po::variables_map> parse_options(const Words& words, const po::options_description& options) {
  auto values = terminal::parse_options(words, options);
  if (!values) return usage(values.error() + "; see signet-admin --help.");
  return std::move(*values);
}

Words without(const Words& words, std::size_t first, std::size_t second) {
  Words rest;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i != first && i != second) rest.push_back(words[i]);
  }
  return rest;
}

struct FoundCommand {
  std::string name;
  std::optional<Command> command;
  Words rest;
};

// Most commands are two words, and no command of one is the first of two.
FoundCommand command_of(const Words& words, std::size_t first, std::size_t second) {
  if (const auto command = command_from_name(words[first]))
    return {words[first], command, without(words, first, first)};
  auto name = words[first];
  if (second < words.size()) name += " " + words[second];
  return {name, command_from_name(name), without(words, first, second)};
}

Parsed notice(std::string text) { return std::variant<Invocation, Notice>(Notice{std::move(text)}); }

std::string names_of_all_commands() {
  std::string names;
  const auto commands = all_commands();
  for (const Command command : commands) {
    if (!names.empty()) names += command == commands.back() ? " or " : ", ";
    names += command_name(command);
  }
  return names;
}

Parsed without_command(const Words& words) {
  SIGNET_TRY_ASSIGN(const auto values, parse_options(words, all_options()));
  if (values.contains("version")) return notice("signet-admin " SIGNET_VERSION "\n");
  if (values.contains("help")) return notice(general_help());
  return usage(fmt::format("Name a command: {}; see signet-admin --help.", names_of_all_commands()));
}

}  // namespace

Parsed parse_arguments(const Words& arguments) {
  const auto options = all_options();
  const auto first = terminal::find_argument(arguments, options);
  if (first == arguments.size()) return without_command(arguments);
  const auto found = command_of(arguments, first, terminal::find_argument(arguments, options, first + 1));
  if (!found.command) return usage(fmt::format("There is no command \"{}\"; see signet-admin --help.", found.name));
  const auto command = found.command;
  SIGNET_TRY_ASSIGN(const auto values, parse_options(found.rest, options_of(*command)));
  if (values.contains("help")) return notice(command_help(*command));
  if (values.contains("version")) return notice("signet-admin " SIGNET_VERSION "\n");
  SIGNET_TRY_ASSIGN(auto invocation, invocation_of(*command, values));
  return std::variant<Invocation, Notice>(std::move(invocation));
}

}  // namespace signet::admin
