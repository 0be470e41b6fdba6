#pragma once

#include <map>
#include <string>
#include <vector>

#include "host/file_descriptor.h"
#include "proto/result.h"

// Sockets handed over by systemd, or by our own previous image: sd_listen_fds(3), without libsystemd.
namespace signet::host {

/// What LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES hand to this process, by name ("unknown" where there is none).
class InheritedSockets {
 public:
  /// Reads the three variables, sets FD_CLOEXEC on each descriptor and removes the variables from the environment.
  /// Nothing where LISTEN_PID is another process. Call once in main, before the first thread. Error bad_input on
  /// nonsense in the variables.
  static Result<InheritedSockets> take();

  /// The listening Unix stream socket of that name, if one was handed over; a single unnamed one ("unknown" or the
  /// unit's own name) answers to any name. Ownership moves out.
  FileDescriptor take_named(const std::string& name);

 private:
  std::multimap<std::string, FileDescriptor> sockets_;
};

/// Environment entries ("LISTEN_PID=…") that hand one listening socket over exec to our own next image, where it must
/// stand at descriptor 3. Any thread.
std::vector<std::string> inheritance_environment(const std::string& name, int pid);

}  // namespace signet::host
