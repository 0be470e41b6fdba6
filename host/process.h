#pragma once

#include <cstddef>
#include <string>
#include <sys/resource.h>
#include <sys/types.h>

#include "proto/result.h"

namespace signet::host {

/// What a process that handles tokens or PINs does first: no core dumps (RLIMIT_CORE 0, PR_SET_DUMPABLE 0, which also
/// keeps other processes of the same uid from reading its memory), no new privileges, SIGPIPE ignored (p11-kit's client
/// writes to dead sockets), umask 0077, descriptors 0 to 2 open. Call in main before the first thread. Error
/// io_failure.
Result<void> harden_process();

/// What harden_client changed, for a program that is run in its place or beside it.
struct ProcessBefore {
  rlimit core{};
  mode_t umask = 022;
  bool sigpipe_ignored = false;
};

/// The same for a client that runs other programs: they must be able to gain privileges (sudo), so that is not barred,
/// and the core limit is lowered in a way that can be taken back. Call in main before the first thread. Error
/// io_failure.
Result<ProcessBefore> harden_client();

/// Limit, umask and SIGPIPE as harden_client found them: just before execve(2), which makes the process dumpable again
/// by itself. Async-signal-safe, so also between fork and exec.
void restore(const ProcessBefore& before);

/// The regular file's whole content, at most `max_bytes`; anything else, a FIFO above all, is refused without waiting.
/// Error io_failure with path in the detail. Any thread.
Result<std::string> read_file(const std::string& path, std::size_t max_bytes);

}  // namespace signet::host
