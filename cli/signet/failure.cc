#include "cli/signet/failure.h"

namespace signet::cli {

ExitCode exit_code_of_status(int status) {
  switch (status) {
    case 400:
    case 422:
      return ExitCode::rejected;
    case 403:
    case 423:
      return ExitCode::refused;
    case 429:
      return ExitCode::rate_limited;
    case 503:
    case 504:
      return ExitCode::unavailable;
    default:
      return ExitCode::failure;
  }
}

ExitCode exit_code(ErrorCode code) { return exit_code_of_status(error_info(code).http_status); }

}  // namespace signet::cli
