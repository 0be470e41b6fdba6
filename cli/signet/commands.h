#pragma once

#include <string>

#include "cli/signet/arguments.h"
#include "cli/signet/failure.h"
#include "cli/signet/http_message.h"

// From an invocation to a request, and from the answer to text: pure, so that both are tested without a daemon. Any
// thread.
namespace signet::cli {

HttpRequest request_of(const Invocation& invocation);

/// What goes to stdout, and how the program ends: `health` may print "down" and still end with ExitCode::unavailable.
struct Outcome {
  std::string text;
  ExitCode code = ExitCode::ok;
};
Result<Outcome, Failure> outcome_of(const Invocation& invocation, const HttpAnswer& answer, bool colour);

/// The failure that a transport fault or a problem document stands for.
Failure failure_of(const CallError& error);
Failure failure_of(const HttpAnswer& answer);
/// An answer that is none of ours.
Failure not_understood();

}  // namespace signet::cli
