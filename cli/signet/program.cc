#include "cli/signet/program.h"

#include <cstdlib>
#include <unistd.h>

#include "cli/signet/arguments.h"
#include "cli/signet/commands.h"
#include "cli/terminal/output.h"
#include "cli/terminal/style.h"

namespace signet::cli {
namespace {

std::string socket_from_environment() {
  const char* value = std::getenv("SIGNET_SOCKET");
  return value == nullptr ? "" : value;
}

Result<Outcome, Failure> perform(const Invocation& invocation) {
  const auto answer = call(invocation.endpoint, request_of(invocation));
  if (!answer) return Unexpected(failure_of(answer.error()));
  return outcome_of(invocation, *answer, terminal::shows_colour(STDOUT_FILENO));
}

Result<Outcome, Failure> perform(const std::vector<std::string>& arguments) {
  SIGNET_TRY_ASSIGN(const auto parsed, parse_arguments(arguments, socket_from_environment()));
  if (const auto* notice = std::get_if<Notice>(&parsed)) return Outcome{notice->text};
  return perform(*std::get_if<Invocation>(&parsed));
}

Result<ExitCode, Failure> print(const Outcome& outcome) {
  const auto written = terminal::write_all(STDOUT_FILENO, outcome.text);
  if (!written) return Unexpected(Failure{ExitCode::failure, written.error().message});
  return outcome.code;
}

Result<ExitCode, Failure> perform_and_print(const std::vector<std::string>& arguments) {
  SIGNET_TRY_ASSIGN(const auto outcome, perform(arguments));
  return print(outcome);
}

}  // namespace

ExitCode run(const std::vector<std::string>& arguments) {
  const auto code = perform_and_print(arguments);
  if (code) return *code;
  // Where stderr cannot be written either, the exit code is all there is left to say.
  static_cast<void>(terminal::write_all(STDERR_FILENO, "signet: " + code.error().sentence + "\n").has_value());
  return code.error().code;
}

}  // namespace signet::cli
