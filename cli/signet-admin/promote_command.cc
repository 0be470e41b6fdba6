#include "cli/signet-admin/promote_command.h"

#include <chrono>

#include <boost/json/object.hpp>
#include <fmt/format.h>

#include "cli/signet/call.h"
#include "proto/api.h"
#include "proto/json.h"
#include "proto/json_members.h"
#include "proto/timestamp.h"

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
  return failure;
}

Result<std::string> view(const std::string& body) {
  SIGNET_TRY_ASSIGN(const auto value, parse_json(body));
  MemberReader answer(value, "$");
  const auto key = answer.text("key");
  const auto kid = answer.text("kid");
  const auto object = answer.text("object");
  const auto former = answer.text("former");
  const auto until = answer.integer("former_published_until", 0, 253'402'300'799);
  SIGNET_TRY(answer.finish());
  return fmt::format(
      "{}: {}{} signs from now on.\n{} stays published until {}, when the last of its tokens has expired.\n", key,
      object, kid.empty() ? "" : fmt::format(" (kid {})", kid), former,
      utc_timestamp(std::chrono::sys_seconds(std::chrono::seconds(until))));
}

}  // namespace

Done<std::string> promote_key(const Invocation& invocation) {
  const cli::Endpoint endpoint{.socket = invocation.socket};
  const auto answer = cli::call(endpoint, {.method = "POST", .target = "/v1/keys/" + invocation.argument + "/promote"});
  if (!answer) return Unexpected(failure_of_call(answer.error()));
  if (answer->status != 200) return Unexpected(failure_of_answer(*answer));
  if (invocation.json) return answer->body + "\n";
  const auto text = view(answer->body);
  if (!text)
    return Unexpected(
        Failure{ExitCode::failure, "signetd's answer cannot be understood; check that it is of the same version."});
  return *text;
}

}  // namespace signet::admin
