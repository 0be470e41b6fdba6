#include "cli/signet-admin/daemon_arguments.h"

#include <fmt/format.h>

#include "cli/signet-admin/help.h"
#include "cli/signet-admin/option_values.h"
#include "proto/config_values.h"

namespace signet::admin {
namespace {

namespace po = boost::program_options;

}  // namespace

bool is_daemon_command(Command command) { return command == Command::key_promote; }

po::options_description daemon_command_options() {
  po::options_description options;
  add_texts(options, {"socket"});
  add_flags(options, {"json"});
  return options;
}

Done<Invocation> daemon_invocation(Command command, const po::variables_map& values) {
  Invocation invocation{.command = command, .json = values.contains("json")};
  if (values.contains("config"))
    return usage(fmt::format("The command {} asks signetd, not a token; leave --config out.", command_name(command)));
  const auto words = words_of(values);
  if (words.size() != 1 || !parse_name(words.front()))
    return usage(
        fmt::format("The command {0} wants one key, by the name of its file in keys.d without .conf; see "
                    "signet-admin {0} --help.",
                    command_name(command)));
  invocation.argument = words.front();
  if (!values.contains("socket")) return invocation;
  invocation.socket = text(values, "socket");
  if (invocation.socket.empty()) return usage("--socket wants the path of signetd's admin socket.");
  return invocation;
}

}  // namespace signet::admin
