#pragma once

#include <string>
#include <variant>
#include <vector>

#include "cli/signet/call.h"
#include "cli/signet/delivery.h"
#include "cli/signet/failure.h"
#include "proto/api.h"
#include "proto/result.h"

namespace signet::cli {

enum class Command { token, exec, keys, show, why, whoami, jwks, health };
/// How `token` prints: the bare JWT, the daemon's whole answer, or a header line for `curl -H @-`.
enum class Form { plain, json, header };

struct Invocation {
  Command command = Command::token;
  Endpoint endpoint{};
  Form form = Form::plain;
  std::string key{};                     ///< of token, exec and show
  TokenRequest request{};                ///< of token and exec
  std::optional<FileOrder> file{};       ///< of token
  std::optional<CommandOrder> to_run{};  ///< of exec
};

/// What --help and --version print.
struct Notice {
  std::string text;
};

/// The command line without the program's name; `socket` is the value of SIGNET_SOCKET, empty where it is unset. Every
/// failure is ExitCode::usage, or of exec ExitCode::not_started: its command may end with 2 as well. Any thread.
Result<std::variant<Invocation, Notice>, Failure> parse_arguments(const std::vector<std::string>& arguments,
                                                                  const std::string& socket);

}  // namespace signet::cli
