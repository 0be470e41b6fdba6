#pragma once

#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace signet::rules {

/// Who is at the other end of a connection, as the kernel recorded it when the client connected. A value; any thread.
struct Peer {
  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> groups{};         ///< supplementary groups
  pid_t pid = 0;                       ///< for the audit only: it may have been reused
  std::string user{};                  ///< name of the uid; empty where it has none
  std::optional<std::string> unit{};   ///< the *system* unit of its cgroup: "gitlab-runner.service"
  std::optional<std::string> slice{};  ///< the *system* slice: "system.slice"
};

}  // namespace signet::rules
