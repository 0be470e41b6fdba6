#pragma once

#include <sys/types.h>
#include <vector>

#include "proto/result.h"

namespace signet::host {

/// Who is at the other end of a connected Unix socket, as the kernel recorded it at connect(2).
struct PeerCredentials {
  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> groups{};  ///< supplementary groups
  pid_t pid = 0;                ///< may have been reused: for the audit, and for peer_cgroup.h, which guards against it
};

/// What the kernel shows for every uid that has no mapping here (user_namespaces(7)). Where /proc hides it: the
/// kernel's default, 65534. Any thread.
uid_t overflow_uid();

/// Error not_permitted for the overflow uid: a user we cannot tell apart from others. Any thread.
Result<void> check_own_uid(uid_t uid);

/// SO_PEERCRED and SO_PEERGROUPS, unix(7). Errors: check_own_uid's, io_failure where the kernel does not answer. Any
/// thread.
Result<PeerCredentials> peer_credentials(int fd);

/// /proc/self/uid_map is the identity: false inside a user namespace, where every peer would look like "nobody". Any
/// thread.
bool sees_real_uids();

}  // namespace signet::host
