#pragma once

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/variables_map.hpp>

#include "cli/signet-admin/arguments.h"

// The commands that read the audit log: `audit …`.
namespace signet::admin {

bool is_audit_command(Command command);

/// The options of one of these commands, but for --help, --version and --config. Any thread.
boost::program_options::options_description audit_command_options(Command command);

/// Failures: usage. Any thread.
Done<Invocation> audit_invocation(Command command, const boost::program_options::variables_map& values);

}  // namespace signet::admin
