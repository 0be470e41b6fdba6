#pragma once

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/variables_map.hpp>

#include "cli/signet-admin/arguments.h"

// The commands that go to a token: `token …`, `key …` and `cert …`.
namespace signet::admin {

/// The options of one of these commands, but for --help, --version and --config. Any thread.
boost::program_options::options_description hsm_command_options(Command command);

/// Failures: usage. Any thread.
Done<Invocation> hsm_invocation(Command command, const boost::program_options::variables_map& values);

}  // namespace signet::admin
