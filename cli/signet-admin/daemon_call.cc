#include "cli/signet-admin/daemon_call.h"

#include <fmt/format.h>

#include "cli/signet/call.h"
#include "cli/terminal/style.h"
#include "proto/api.h"

namespace signet::admin {
namespace {

using cli::CallFault;
using cli::HttpAnswer;

Failure failure_of_call(const cli::CallError& error) {
  switch (error.fault) {
    case CallFault::forbidden:
      return {ExitCode::refused, error.sentence};
    case CallFault::malformed:
      return {ExitCode::failure, error.sentence};
    case CallFault::unreachable:
    case CallFault::cut:
    case CallFault::timed_out:
    case CallFault::given_up:
      break;
  }
  return {ExitCode::unavailable, error.sentence};
}

ExitCode code_of(int status) {
  if (status == 403) return ExitCode::refused;
  return status == 503 || status == 504 ? ExitCode::unavailable : ExitCode::failure;
}

Failure failure_of_answer(const HttpAnswer& answer) {
  const auto problem = read_problem(answer.body);
  if (!problem)
    return {code_of(answer.status),
            fmt::format("signetd answered with HTTP status {} and no reason; look at its log.", answer.status)};
  auto failure = failure_of(code_of(answer.status), Error{problem->code, problem->detail});
  failure.sentence += fmt::format(" (request {})", problem->request_id);
  for (const auto& each : problem->errors) failure.sentence += "\n  " + terminal::printable(each);
  return failure;
}

}  // namespace

Done<std::string> ask_daemon(const Invocation& invocation, std::string method, std::string target, std::string body) {
  const cli::Endpoint endpoint{.socket = invocation.socket};
  // A change of an officer's is made once, or the second answer would speak of the first.
  const bool may_repeat = method == "GET";
  auto answer = cli::call(
      endpoint,
      {.method = std::move(method), .target = std::move(target), .body = std::move(body), .may_repeat = may_repeat});
  if (!answer) return Unexpected(failure_of_call(answer.error()));
  if (answer->status != 200) return Unexpected(failure_of_answer(*answer));
  return std::move(answer->body);
}

Failure strange_answer() {
  return {ExitCode::failure, "signetd's answer cannot be understood; check that it is of the same version."};
}

}  // namespace signet::admin
