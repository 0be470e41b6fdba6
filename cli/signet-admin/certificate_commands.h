#pragma once

#include <string>

#include "cli/signet-admin/arguments.h"
#include "cli/signet-admin/failure.h"

// Each gives what goes to stdout: the PEM text, or where it was written. Main thread; blocks in the module.
namespace signet::admin {

Done<std::string> request_certificate(const Invocation& invocation);
Done<std::string> self_sign_certificate(const Invocation& invocation);
/// What was stored, and its thumbprints.
Done<std::string> import_certificate(const Invocation& invocation);

}  // namespace signet::admin
