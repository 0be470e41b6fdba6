#include "daemon/rules/jwt_holders.h"

#include <algorithm>

namespace signet::rules {

void JwtHolders::note(const std::string& object, const Peer& peer, std::int64_t expires_at, std::int64_t now) {
  auto found = holdings_.find({object, peer.uid});
  if (found == holdings_.end()) {
    if (holdings_.size() >= most_ && now != looked_at_) drop_expired(now);
    if (holdings_.size() >= most_) {
      ++left_out_;
      return;
    }
    found = holdings_.emplace(std::pair(object, peer.uid), JwtHolding{peer.uid, peer.user}).first;
  }
  ++found->second.count;
  found->second.last_expiry = std::max(found->second.last_expiry, expires_at);
}

void JwtHolders::drop_expired(std::int64_t now) {
  looked_at_ = now;
  const auto dropped = std::erase_if(holdings_, [now](const auto& each) { return each.second.last_expiry <= now; });
  if (dropped > 0) left_out_ = 0;
}

std::vector<JwtHolding> JwtHolders::of(const std::string& object, std::int64_t now) const {
  std::vector<JwtHolding> found;
  for (auto each = holdings_.lower_bound({object, 0}); each != holdings_.end() && each->first.first == object; ++each)
    if (each->second.last_expiry > now) found.push_back(each->second);
  return found;
}

}  // namespace signet::rules
