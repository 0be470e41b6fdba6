#pragma once

#include <cstddef>
#include <string>

#include "proto/result.h"

namespace signet::host {

/// What a process that handles tokens or PINs does first: no core dumps (RLIMIT_CORE 0, PR_SET_DUMPABLE 0, which also
/// keeps other processes of the same uid from reading its memory), no new privileges, SIGPIPE ignored (p11-kit's client
/// writes to dead sockets), umask 0077, descriptors 0 to 2 open. Call in main before the first thread. Error
/// io_failure.
Result<void> harden_process();

/// The regular file's whole content, at most `max_bytes`; anything else, a FIFO above all, is refused without waiting.
/// Error io_failure with path in the detail. Any thread.
Result<std::string> read_file(const std::string& path, std::size_t max_bytes);

}  // namespace signet::host
