#pragma once

#include <string>

#include "proto/error.h"

namespace signet::cli {

/// What the shell gets. Scripts compare these numbers; they are in --help and in docs/cli.md.
enum class ExitCode : int {
  ok = 0,
  failure = 1,        ///< anything that has no number of its own
  usage = 2,          ///< the command line is wrong; of exec not_started
  refused = 3,        ///< 403, 423, or the socket's mode forbids this user to connect
  unavailable = 4,    ///< 503, 504, nothing listens at the socket, or --timeout passed: later may help
  rejected = 5,       ///< 400, 422: the request's content
  rate_limited = 6,   ///< 429
  not_started = 125,  ///< exec: whatever keeps the command from being run, a wrong command line too (as env(1) has it)
  cannot_run = 126,   ///< exec: the command is there and cannot be run
  not_found = 127     ///< exec: there is no such command
};

/// A failure as `signet` ends with it: the number, and one plain sentence with the mend.
struct Failure {
  ExitCode code = ExitCode::failure;
  std::string sentence;
};

inline Failure usage_failure(std::string sentence) { return {ExitCode::usage, std::move(sentence)}; }

/// The exit code of an error the daemon named. Any thread.
ExitCode exit_code(ErrorCode code);
/// The exit code of an HTTP status without a problem document of ours. Any thread.
ExitCode exit_code_of_status(int status);

}  // namespace signet::cli
