#pragma once

#include <string_view>

#include "proto/result.h"

namespace signet::terminal {

/// Writes the whole text with write(2): no stdio buffer keeps a copy of a JWT, and a full disk or a closed pipe is
/// noticed. Error io_failure. Main thread.
Result<void> write_all(int fd, std::string_view text);

}  // namespace signet::terminal
