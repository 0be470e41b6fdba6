#pragma once

#include <optional>
#include <string>

#include "host/peer_credentials.h"

// In which control group the peer of a socket runs: /proc/PID/cgroup, guarded against a process id that went to another
// process in the meantime. Nothing is no failure: the peer has gone, hides (hidepid, ProtectProc=invisible), or is in
// another PID namespace. Any thread; a few microseconds.
namespace signet::host {

/// The text of the peer's /proc/PID/cgroup, cgroups(7). By SO_PEERPIDFD, a handle of the process that connected, where
/// the kernel has it (6.5); else as cgroup_of_process.
std::optional<std::string> peer_cgroup(int socket, const PeerCredentials& peer);

/// The same by process id alone (pidfd_open(2), Linux 5.3): for kernels without SO_PEERPIDFD. Weaker: a process of the
/// same effective uid that got the id after the peer had ended is taken for the peer.
std::optional<std::string> cgroup_of_process(const PeerCredentials& peer);

}  // namespace signet::host
