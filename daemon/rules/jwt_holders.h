#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <sys/types.h>
#include <utility>
#include <vector>

#include "daemon/rules/peer.h"

namespace signet::rules {

/// One user's live JWTs of one object.
struct JwtHolding {
  uid_t uid = 0;
  std::string user{};
  std::uint64_t count = 0;       ///< handed out, cached ones too
  std::int64_t last_expiry = 0;  ///< Unix seconds
};

/// Who has live JWTs of which object, since the daemon started: whom a rotation still concerns. Bounded; when it is
/// full, what has expired goes first, looked for once a second at most, and then nobody new is noted. One thread at a
/// time.
class JwtHolders {
 public:
  JwtHolders() = default;
  explicit JwtHolders(std::size_t most) : most_(most) {}

  /// `object`: object_id() of rotation.h. `expires_at`: Unix seconds.
  void note(const std::string& object, const Peer& peer, std::int64_t expires_at, std::int64_t now);
  void drop_expired(std::int64_t now);
  /// Of one object, by uid.
  std::vector<JwtHolding> of(const std::string& object, std::int64_t now) const;
  /// How many notes were not taken since there was room last: then holders are missing.
  std::uint64_t left_out() const { return left_out_; }

 private:
  std::size_t most_ = 10'000;
  std::map<std::pair<std::string, uid_t>, JwtHolding> holdings_;
  std::uint64_t left_out_ = 0;
  std::int64_t looked_at_ = std::numeric_limits<std::int64_t>::min();  ///< when what has expired was dropped
};

}  // namespace signet::rules
