#include "cli/terminal/output.h"

#include <cerrno>
#include <cstring>
#include <string>
#include <unistd.h>

namespace signet::terminal {

Result<void> write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      return Unexpected(Error{.code = ErrorCode::io_failure,
                              .message = "The output cannot be written (" + std::string(std::strerror(errno)) + ")."});
    }
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

}  // namespace signet::terminal
