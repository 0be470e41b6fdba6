#include "cli/signet-admin/daemon_arguments.h"

#include <fmt/format.h>

#include "cli/signet-admin/help.h"
#include "cli/signet-admin/option_values.h"
#include "proto/config_values.h"

namespace signet::admin {
namespace {

namespace po = boost::program_options;

Done<void> read_key(Invocation& invocation, const Words& words) {
  if (words.size() != 1 || !parse_name(words.front()))
    return usage(
        fmt::format("The command {0} wants one key, by the name of its file in keys.d without .conf; see "
                    "signet-admin {0} --help.",
                    command_name(invocation.command)));
  invocation.argument = words.front();
  return {};
}

Done<void> read_reason(Invocation& invocation, const po::variables_map& values) {
  if (invocation.command != Command::key_disable) return {};
  invocation.reason = text(values, "reason");
  if (invocation.reason.empty())
    return usage(
        "The command key disable wants a reason for the log, as in --reason \"seen in the log of build 4711\".");
  return {};
}

bool is_of_a_key(Command command) {
  return command == Command::key_promote || command == Command::key_disable || command == Command::key_enable;
}

}  // namespace

bool is_daemon_command(Command command) {
  return is_of_a_key(command) || command == Command::reload || command == Command::status;
}

po::options_description daemon_command_options(Command command) {
  po::options_description options;
  add_texts(options, {"socket"});
  if (command == Command::key_disable) add_texts(options, {"reason"});
  add_flags(options, {"json"});
  return options;
}

Done<Invocation> daemon_invocation(Command command, const po::variables_map& values) {
  Invocation invocation{.command = command, .json = values.contains("json")};
  const auto name = command_name(command);
  if (values.contains("config"))
    return usage(fmt::format("The command {} asks signetd, not a token; leave --config out.", name));
  const auto words = words_of(values);
  if (is_of_a_key(command)) SIGNET_TRY(read_key(invocation, words));
  if (!is_of_a_key(command) && !words.empty())
    return usage(fmt::format("The command {0} takes no words; see signet-admin {0} --help.", name));
  SIGNET_TRY(read_reason(invocation, values));
  if (!values.contains("socket")) return invocation;
  invocation.socket = text(values, "socket");
  if (invocation.socket.empty()) return usage("--socket wants the path of signetd's admin socket.");
  return invocation;
}

}  // namespace signet::admin
