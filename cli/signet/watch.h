#pragma once

#include "cli/signet/arguments.h"
#include "cli/signet/failure.h"
#include "proto/result.h"

// `signet token KEY --file F`, once or for as long as a build takes.
namespace signet::cli {

/// Asks once and leaves the file. Main thread; blocks.
Result<ExitCode, Failure> write_once(const Invocation& invocation);

/// Keeps the file fresh until SIGTERM, SIGINT, SIGHUP or the end of the process of `--while`; then the file is gone and
/// the code is ok. Once the file is there first it says so: "ready" on stdout, READY=1 to a service manager
/// (sd_notify(3)). A failure before that ends the program; later ones are said on stderr, once each, and tried again. A
/// JWT that has expired is taken away: a missing file is a plainer error than a refusal by the remote service. Main
/// thread; blocks.
Result<ExitCode, Failure> keep_fresh(const Invocation& invocation);

}  // namespace signet::cli
