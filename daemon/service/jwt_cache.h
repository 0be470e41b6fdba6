#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <unordered_map>
#include <vector>

#include "daemon/rules/reuse.h"
#include "daemon/service/io.h"
#include "daemon/service/wake_up.h"
#include "proto/result.h"
#include "proto/sha256.h"

namespace signet::service {

/// A signed JWT and what answers and records say of it. Immutable; its text is wiped when the last holder lets go.
struct SignedJwt {
  SignedJwt(std::string compact, const rules::UnsignedJwt& of);
  ~SignedJwt();
  SignedJwt(const SignedJwt&) = delete;
  SignedJwt& operator=(const SignedJwt&) = delete;

  std::string text;       ///< compact serialisation
  Sha256Digest sha256{};  ///< of the text, for the audit
  rules::WallTime made_at{};
  std::int64_t issued_at = 0;
  std::optional<std::int64_t> expires_at{};
  std::int64_t reusable_until = 0;
  std::int64_t young_until = 0;
  std::string recorded_claims_json;  ///< for the audit, where the plan does not know all of them
};
using SignedJwtPtr = std::shared_ptr<const SignedJwt>;

/// May this request's JWT answer another? A fresh one is its caller's own, unless the remote service wants tokens to
/// have a minimum age and would refuse two.
bool may_share_jwt(const rules::JwtPlan& plan);

struct CacheLimits {
  std::size_t max_entries;
  std::size_t max_bytes;    ///< of JWT text
  std::size_t max_per_uid;  ///< entries one user may fill
};

/// Where a JWT comes from, and who writes its audit line where no request does.
struct JwtSource {
  std::function<Task<Result<SignedJwtPtr>>()> sign;
  std::function<Task<Result<void>>(SignedJwtPtr jwt, std::string_view outcome)> record;
  bool has_min_age = false;  ///< the profile wants none fresher for a while
};

/// Audit outcomes of JWTs that were signed and answer no request.
inline constexpr std::string_view kRefreshed = "refreshed";
inline constexpr std::string_view kUnclaimed = "unclaimed";

/// Whose request it is: the key it names, and the user who pays for the entry.
struct JwtHolder {
  std::string key;
  uid_t uid;
};

/// JWTs that may be handed out again, and those that are being made. Only ever asked after a request was admitted, so
/// nothing in here passes a permission. When it is full, the user with the most entries loses the one that was unused
/// for longest.
///
/// A JWT below its profile's minimum age is kept whatever the limits are, for the remote service would punish its
/// successor. There are few of them; above kMaxYoung, or half of that for one user, no further one is made.
class JwtCache {
 public:
  static constexpr std::size_t kMaxYoung = 1000;

  JwtCache(Executor executor, CacheLimits limits) : executor_(executor), limits_(limits) {}

  /// The JWT under `id` (rules::cache_key) where rules::may_reuse allows it; else null.
  SignedJwtPtr find(const Sha256Digest& id, const rules::JwtPlan& plan, rules::WallTime now);

  /// After find() gave null: the JWT of the signature that is under way for an equal request, else of `source`, which
  /// is kept. A signature under way belongs to no caller: it goes on when the one who started it is gone, and is
  /// recorded as unclaimed where nobody waits any more. Errors are the source's; deadline_exceeded at `deadline`.
  Task<Result<SignedJwtPtr>> obtain(Sha256Digest id, JwtHolder holder, Deadline deadline, JwtSource source);

  /// May the entry be refreshed now? Not while a signature for it is under way, for a moment after one that failed, and
  /// while as many are under way as may be.
  bool may_refresh(const Sha256Digest& id) const;
  /// Has a JWT signed that takes the place of the entry, while that one is handed out on. Recorded as refreshed; one
  /// that cannot be recorded is not kept. Where it fails, the entry stays. Only after may_refresh().
  void refresh(const Sha256Digest& id, JwtHolder holder, JwtSource source);

  /// A backward step of the clock empties the cache: nobody can say any more how old its JWTs are. Called with every
  /// request's time.
  void observe_clock(rules::WallTime now);
  /// Drops everything; signatures under way are finished for those who wait and not kept.
  void clear();
  /// Drops what only keys with such a name may hand out, signatures under way among them. Keys that share a JWT keep it
  /// as long as one of them is left.
  void drop_keys(const std::function<bool(const std::string& key)>& with);
  void apply(CacheLimits limits);
  /// Drops what can be handed out no more.
  void drop_expired(rules::WallTime now);
  std::size_t entries() const { return entries_.size(); }
  std::size_t bytes() const { return bytes_; }
  /// Signatures on their way whose line is not written yet, those among them that will not be kept.
  std::size_t under_way() const { return under_way_; }

 private:
  struct DigestHash {
    // The digest is a hash already.
    std::size_t operator()(const Sha256Digest& digest) const {
      std::size_t value;
      static_assert(sizeof value <= sizeof digest);
      __builtin_memcpy(&value, digest.data(), sizeof value);
      return value;
    }
  };
  using KeyNames = std::set<std::string, std::less<>>;  ///< nearly always one
  struct Entry {
    Sha256Digest id;
    uid_t uid;
    KeyNames keys;
    SignedJwtPtr jwt;
    bool young = false;
    Deadline refresh_after{};
  };
  using Entries = std::list<Entry>;  ///< of one user; the most recently used first
  struct Flight {
    uid_t uid;
    KeyNames keys;
    std::size_t claimants;  ///< requests that will take the JWT; none: it refreshes an entry
    bool ahead = claimants == 0;
    bool kept = true;  ///< the cache was not emptied since
    bool has_min_age = false;
    std::vector<WakeUp*> waiting{};
    std::optional<Result<SignedJwtPtr>> outcome{};
  };
  using FlightPtr = std::shared_ptr<Flight>;

  FlightPtr take_off(const Sha256Digest& id, Flight flight, JwtSource source);
  Task<void> fly(Sha256Digest id, FlightPtr flight, JwtSource source);
  static Task<Result<SignedJwtPtr>> sign_and_account(const Flight& flight, const JwtSource& source);
  void land(const Sha256Digest& id, const FlightPtr& flight);
  Task<bool> wait_for(Flight& flight, Deadline deadline);
  void insert(const Sha256Digest& id, const Flight& flight, SignedJwtPtr jwt);
  void erase(Entries::iterator entry);
  void make_room();
  Entries& list_of(const Entry& entry) { return entry.young ? young_ : entries_of_uid_[entry.uid]; }
  Result<void> check_young_room(uid_t uid);
  void settle();

  Executor executor_;
  CacheLimits limits_;
  std::unordered_map<Sha256Digest, Entries::iterator, DigestHash> entries_;
  std::map<uid_t, Entries> entries_of_uid_;
  Entries young_;  ///< of all users, outside the limits
  std::size_t young_bytes_ = 0;
  std::unordered_map<Sha256Digest, FlightPtr, DigestHash> flights_;
  std::size_t bytes_ = 0;
  std::size_t refreshes_ = 0;  ///< under way
  std::size_t under_way_ = 0;
  rules::WallTime latest_{};
};

}  // namespace signet::service
