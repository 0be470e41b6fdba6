#pragma once

#include <optional>
#include <string>
#include <sys/types.h>

#include "host/file_descriptor.h"
#include "host/inherited_sockets.h"
#include "proto/result.h"

namespace signet::host {

struct SocketSpec {
  std::string name;  ///< FileDescriptorName= of the socket unit
  std::string path;  ///< where to bind when nothing is inherited
  mode_t mode = 0600;
  std::optional<gid_t> group{};  ///< chown to this group when bound by us
  int backlog = 256;
};

struct ListeningSocket {
  FileDescriptor fd;  ///< non-blocking is not set; close-on-exec is
  bool inherited = false;
  std::string bound_path{};  ///< unlink at the end; empty where inherited
};

/// The inherited socket of that name, else a Unix stream socket bound at the path: a path left by a dead process
/// (connect says ECONNREFUSED) is replaced, one that dies within half a second (kill -9, then a restart at once) too, a
/// live one never, anything that is not a socket never. The path appears
/// with its final mode and owner (bound under another name, then renamed). Error io_failure with the mend. unix(7).
Result<ListeningSocket> open_listening_socket(const SocketSpec& spec, InheritedSockets& inherited);

}  // namespace signet::host
