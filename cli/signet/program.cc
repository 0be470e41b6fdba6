#include "cli/signet/program.h"

#include <cstdlib>
#include <unistd.h>

#include "cli/signet/arguments.h"
#include "cli/signet/commands.h"
#include "cli/signet/run_command.h"
#include "cli/signet/watch.h"
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

Result<ExitCode, Failure> print(const Outcome& outcome) {
  const auto written = terminal::write_all(STDOUT_FILENO, outcome.text);
  if (!written) return Unexpected(Failure{ExitCode::failure, written.error().message});
  return outcome.code;
}

// Whatever keeps the token from the command, its own exit codes begin at 0, so ours is one that few programs use.
Result<ExitCode, Failure> run_with_jwt(const Invocation& invocation, const host::ProcessBefore& before) {
  auto outcome = perform(invocation);
  if (!outcome) return Unexpected(Failure{ExitCode::not_started, outcome.error().sentence});
  return run_command(*invocation.to_run, std::move(outcome->text), before);
}

Result<ExitCode, Failure> carry_out(const Invocation& invocation, const host::ProcessBefore& before) {
  if (invocation.to_run) return run_with_jwt(invocation, before);
  if (invocation.file) return invocation.file->watch ? keep_fresh(invocation) : write_once(invocation);
  SIGNET_TRY_ASSIGN(const auto outcome, perform(invocation));
  return print(outcome);
}

Result<ExitCode, Failure> carry_out(const std::vector<std::string>& arguments, const host::ProcessBefore& before) {
  SIGNET_TRY_ASSIGN(const auto parsed, parse_arguments(arguments, socket_from_environment()));
  if (const auto* notice = std::get_if<Notice>(&parsed)) return print({notice->text});
  return carry_out(*std::get_if<Invocation>(&parsed), before);
}

}  // namespace

ExitCode run(const std::vector<std::string>& arguments, const host::ProcessBefore& before) {
  const auto code = carry_out(arguments, before);
  if (code) return *code;
  // Where stderr cannot be written either, the exit code is all there is left to say.
  static_cast<void>(terminal::write_all(STDERR_FILENO, "signet: " + code.error().sentence + "\n").has_value());
  return code.error().code;
}

}  // namespace signet::cli
