#pragma once

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/variables_map.hpp>

#include "cli/signet-admin/arguments.h"

// The commands that go to signetd, over its admin socket.
namespace signet::admin {

bool is_daemon_command(Command command);

/// The options of one of these commands, but for --help, --version and --config. Any thread.
boost::program_options::options_description daemon_command_options(Command command);

/// Failures: usage. Any thread.
Done<Invocation> daemon_invocation(Command command, const boost::program_options::variables_map& values);

}  // namespace signet::admin
