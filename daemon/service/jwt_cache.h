#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
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

/// JWTs that may be handed out again, and those that are being made. Only ever asked after a request was admitted, so
/// nothing in here passes a permission. When it is full, the user with the most entries loses the one that was unused
/// for longest.
class JwtCache {
 public:
  using Make = std::function<Task<Result<SignedJwtPtr>>()>;

  JwtCache(Executor executor, CacheLimits limits) : executor_(executor), limits_(limits) {}

  /// The JWT under `key` where rules::may_reuse allows it; else null.
  SignedJwtPtr find(const Sha256Digest& key, const rules::JwtPlan& plan, rules::WallTime now);

  /// After find() gave null: the JWT of the signature that is under way for an equal request, else of `make`, which is
  /// kept. A signature under way belongs to no caller: it goes on when the one who started it is gone. `uid` pays for
  /// the entry. Errors are make's; deadline_exceeded at `deadline`.
  Task<Result<SignedJwtPtr>> obtain(Sha256Digest key, uid_t uid, Deadline deadline, Make make);

  /// A backward step of the clock empties the cache: nobody can say any more how old its JWTs are. Called with every
  /// request's time.
  void observe_clock(rules::WallTime now);
  /// Drops everything; signatures under way are finished for those who wait and not kept.
  void clear();
  void apply(CacheLimits limits);
  /// Drops what can be handed out no more.
  void drop_expired(rules::WallTime now);
  std::size_t entries() const { return entries_.size(); }
  std::size_t bytes() const { return bytes_; }

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
  struct Entry {
    Sha256Digest key;
    uid_t uid;
    SignedJwtPtr jwt;
  };
  using Entries = std::list<Entry>;  ///< of one user; the most recently used first
  struct Flight {
    std::vector<WakeUp*> waiting;
    std::optional<Result<SignedJwtPtr>> outcome{};
    std::uint64_t generation;
  };

  Task<void> fly(Sha256Digest key, uid_t uid, std::shared_ptr<Flight> flight, Make make);
  Task<bool> wait_for(Flight& flight, Deadline deadline);
  void insert(const Sha256Digest& key, uid_t uid, SignedJwtPtr jwt);
  void erase(Entries::iterator entry);
  void make_room();

  Executor executor_;
  CacheLimits limits_;
  std::unordered_map<Sha256Digest, Entries::iterator, DigestHash> entries_;
  std::map<uid_t, Entries> entries_of_uid_;
  std::unordered_map<Sha256Digest, std::shared_ptr<Flight>, DigestHash> flights_;
  std::size_t bytes_ = 0;
  std::uint64_t generation_ = 0;
  rules::WallTime latest_{};
};

}  // namespace signet::service
