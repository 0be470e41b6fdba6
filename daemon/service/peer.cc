#include "daemon/service/peer.h"

#include <map>

#include "daemon/rules/system_unit.h"
#include "daemon/service/io.h"
#include "host/accounts.h"
#include "host/peer_cgroup.h"
#include "host/peer_credentials.h"

namespace signet::service {
namespace {

constexpr std::chrono::minutes kNameKept{1};
constexpr std::size_t kMaxNames = 1000;

struct KnownName {
  std::string name;
  Deadline until;
};

std::string name_of(uid_t uid) {
  thread_local std::map<uid_t, KnownName> known;
  const Deadline now = SteadyClock::now();
  if (const auto found = known.find(uid); found != known.end() && now < found->second.until) return found->second.name;
  if (known.size() >= kMaxNames) known.clear();
  KnownName& entry = known[uid];
  entry = {host::user_name(uid).value_or(""), now + kNameKept};
  return entry.name;
}

}  // namespace

Result<rules::Peer> identify_peer(int fd) {
  SIGNET_TRY_ASSIGN(host::PeerCredentials credentials, host::peer_credentials(fd));
  const std::optional<std::string> cgroup = host::peer_cgroup(fd, credentials);
  rules::SystemUnit place = cgroup ? rules::system_unit(*cgroup) : rules::SystemUnit{};
  return rules::Peer{.uid = credentials.uid,
                     .gid = credentials.gid,
                     .groups = std::move(credentials.groups),
                     .pid = credentials.pid,
                     .user = name_of(credentials.uid),
                     .unit = std::move(place.unit),
                     .slice = std::move(place.slice)};
}

}  // namespace signet::service
