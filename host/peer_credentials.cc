#include "host/peer_credentials.h"

#include <cerrno>
#include <charconv>
#include <sys/socket.h>

#include "host/os_error.h"
#include "host/process.h"

namespace signet::host {
namespace {

constexpr uid_t kUsualOverflowUid = 65534;
constexpr std::size_t kUsualGroups = 64;
constexpr std::size_t kMostGroups = 65536;  // NGROUPS_MAX

Result<std::vector<gid_t>> peer_groups(int fd) {
  std::vector<gid_t> groups(kUsualGroups);
  auto length = static_cast<socklen_t>(groups.size() * sizeof(gid_t));
  int outcome = ::getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups.data(), &length);
  if (outcome != 0 && errno == ERANGE && length <= kMostGroups * sizeof(gid_t)) {
    groups.resize(length / sizeof(gid_t));  // ERANGE leaves the length it would take
    outcome = ::getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups.data(), &length);
  }
  if (outcome != 0) return os_error("the kernel does not say who is calling", "getsockopt SO_PEERGROUPS");
  groups.resize(length / sizeof(gid_t));
  return groups;
}

}  // namespace

uid_t overflow_uid() {
  static const uid_t overflow = [] {
    const auto text = read_file("/proc/sys/kernel/overflowuid", 32);
    uid_t uid = kUsualOverflowUid;
    if (text) std::from_chars(text->data(), text->data() + text->size(), uid);
    return uid;
  }();
  return overflow;
}

Result<void> check_own_uid(uid_t uid) {
  if (uid != overflow_uid()) return {};
  return Unexpected(Error{ErrorCode::not_permitted,
                          "this service sees your user only as the overflow uid, which stands for every user it has "
                          "no number for, so that no rule can mean you; ask as a user of this machine, not from a "
                          "container or user namespace that it does not know",
                          "the peer has the overflow uid " + std::to_string(uid)});
}

Result<PeerCredentials> peer_credentials(int fd) {
  ucred cred{};
  socklen_t length = sizeof cred;
  if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &length) != 0)
    return os_error("the kernel does not say who is calling", "getsockopt SO_PEERCRED");
  if (cred.uid == static_cast<uid_t>(-1))  // not a connected Unix socket
    return Unexpected(
        Error{ErrorCode::io_failure, "the kernel does not say who is calling", "SO_PEERCRED has no peer"});
  SIGNET_TRY(check_own_uid(cred.uid));
  SIGNET_TRY_ASSIGN(std::vector<gid_t> groups, peer_groups(fd));
  return PeerCredentials{cred.uid, cred.gid, std::move(groups), cred.pid};
}

bool sees_real_uids() {
  const auto map = read_file("/proc/self/uid_map", 4096);
  if (!map) return false;
  std::vector<std::string> words;
  for (std::size_t begin = 0; (begin = map->find_first_not_of(" \n", begin)) != std::string::npos;) {
    const std::size_t end = map->find_first_of(" \n", begin);
    words.push_back(map->substr(begin, end - begin));
    begin = end;
  }
  return words == std::vector<std::string>{"0", "0", "4294967295"};
}

}  // namespace signet::host
