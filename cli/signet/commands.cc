#include "cli/signet/commands.h"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "cli/signet/views.h"
#include "cli/terminal/style.h"
#include "proto/jws.h"

namespace signet::cli {
namespace {

constexpr JsonLimits kAnswerLimits{.max_bytes = std::size_t{16} * 1024 * 1024, .max_depth = 32};

// The daemon's own members, also those a newer one has added: a script is to see them all.
Result<Outcome, Failure> as_json(const HttpAnswer& answer) {
  const auto value = parse_json(answer.body, kAnswerLimits);
  if (!value) return Unexpected(not_understood());
  return Outcome{boost::json::serialize(*value) + "\n"};
}

Result<Outcome, Failure> as_jwt(const std::string& jwt, Form form) {
  if (!parse_compact_jws(jwt)) return Unexpected(not_understood());
  return Outcome{(form == Form::header ? "Authorization: Bearer " : "") + jwt + "\n"};
}

/// Who keeps a file asks for the whole answer, for it tells how long the JWT is of use.
Result<Outcome, Failure> as_jwt(const HttpAnswer& answer, const Invocation& invocation) {
  if (!invocation.file) return as_jwt(answer.body, invocation.form);
  const auto whole = read_token_answer(answer.body);
  if (!whole) return Unexpected(not_understood());
  return as_jwt(whole->token, invocation.form);
}

template <class Read, class View>
Result<Outcome, Failure> as_view(const HttpAnswer& answer, Read read, View view, bool colour) {
  const auto body = read(answer.body);
  if (!body) return Unexpected(not_understood());
  return Outcome{view(*body, colour)};
}

Result<Outcome, Failure> as_text(const Invocation& invocation, const HttpAnswer& answer, bool colour) {
  switch (invocation.command) {
    case Command::token:
    case Command::exec:
      return as_jwt(answer, invocation);
    case Command::keys:
      return as_view(answer, read_key_list, view_keys, colour);
    case Command::show:
      return as_view(answer, read_key_detail, view_key, colour);
    case Command::why:
      return as_view(answer, read_key_detail, view_why, colour);
    case Command::whoami:
      return as_view(answer, read_who_am_i, view_who_am_i, colour);
    case Command::health:
      return as_view(answer, read_health, view_health, colour);
    case Command::jwks:
      break;
  }
  return as_json(answer);
}

// "down" comes with 503 and still is an answer; a 503 of another kind is a problem document.
bool tells_health(const Invocation& invocation, const HttpAnswer& answer) {
  return invocation.command == Command::health && answer.status == 503 && read_health(answer.body).has_value();
}

std::string target_of(const Invocation& invocation) {
  switch (invocation.command) {
    case Command::token:
    case Command::exec:
      return "/v1/keys/" + invocation.key + "/tokens";
    case Command::keys:
      return "/v1/keys";
    case Command::show:
    case Command::why:
      return "/v1/keys/" + invocation.key;
    case Command::whoami:
      return "/v1/whoami";
    case Command::jwks:
      return "/v1/jwks";
    case Command::health:
      break;
  }
  return "/v1/health";
}

std::string with_hints(std::string_view sentence, const HttpAnswer& answer, const std::string& request_id) {
  auto text = terminal::printable(sentence);
  if (!text.ends_with('.')) text += '.';
  if (answer.retry_after) text += fmt::format(" Try again in {} s.", answer.retry_after->count());
  if (!request_id.empty()) text += fmt::format(" (request {})", terminal::printable(request_id));
  return text;
}

}  // namespace

HttpRequest request_of(const Invocation& invocation) {
  HttpRequest request{.target = target_of(invocation)};
  if (invocation.command == Command::token || invocation.command == Command::exec) {
    request.method = "POST";
    request.body = write(invocation.request);
    if (invocation.form != Form::json && !invocation.file) request.accept = "application/jwt";
  }
  return request;
}

Result<Outcome, Failure> outcome_of(const Invocation& invocation, const HttpAnswer& answer, bool colour) {
  const bool down = tells_health(invocation, answer);
  if (answer.status != 200 && !down) return Unexpected(failure_of(answer));
  auto outcome = invocation.form == Form::json ? as_json(answer) : as_text(invocation, answer, colour);
  if (outcome && down) outcome->code = ExitCode::unavailable;
  return outcome;
}

Failure not_understood() {
  return {ExitCode::failure,
          "The service's answer cannot be understood; check that signet and signetd are of the same version."};
}

Failure failure_of(const CallError& error) {
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

Failure failure_of(const HttpAnswer& answer) {
  const auto problem = read_problem(answer.body);
  if (!problem) {
    return {exit_code_of_status(answer.status),
            with_hints(
                fmt::format("The service answered with HTTP status {} and no reason; look at its log.", answer.status),
                answer, {})};
  }
  return {exit_code(problem->code), with_hints(problem->detail, answer, problem->request_id)};
}

}  // namespace signet::cli
