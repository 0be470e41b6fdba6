#pragma once

#include <string>

#include "cli/signet-admin/arguments.h"

// Both give what goes to stdout. Failures as of ask_daemon. Block.
namespace signet::admin {

Done<std::string> disable_key(const Invocation& invocation);
Done<std::string> enable_key(const Invocation& invocation);

}  // namespace signet::admin
