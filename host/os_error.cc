#include "host/os_error.h"

#include <cerrno>
#include <system_error>
#include <utility>

namespace signet::host {

Unexpected<Error> os_error(std::string message, const std::string& call) {
  const int code = errno;
  return Unexpected(
      Error{ErrorCode::io_failure, std::move(message), call + ": " + std::generic_category().message(code)});
}

}  // namespace signet::host
