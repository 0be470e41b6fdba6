#pragma once

#include <string>

#include "cli/signet-admin/arguments.h"

namespace signet::admin {

/// One call on signetd's admin socket; gives the body of an answer with status 200. Failures: refused (403, or the
/// socket's mode), unavailable (503, 504, nothing listens), else failure, with the service's sentence, and each of the
/// problems of a refused reload on a line of its own. Blocks.
Done<std::string> ask_daemon(const Invocation& invocation, std::string method, std::string target,
                             std::string body = {});

/// An answer with status 200 that is not what was expected.
Failure strange_answer();

}  // namespace signet::admin
