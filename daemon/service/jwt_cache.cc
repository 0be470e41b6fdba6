#include "daemon/service/jwt_cache.h"

#include <algorithm>
#include <exception>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <string.h>

namespace signet::service {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMaxRefreshes = 16;
constexpr std::chrono::milliseconds kRefreshPause = 5s;
constexpr std::chrono::seconds kYoungPause = 60s;

}  // namespace

bool may_share_jwt(const rules::JwtPlan& plan) {
  const rules::ReuseRule& reuse = plan.profile->reuse;
  return reuse.allowed && (!plan.fresh || reuse.min_age.count() > 0);
}

SignedJwt::SignedJwt(std::string compact, const rules::UnsignedJwt& of)
    : text(std::move(compact)),
      sha256(signet::sha256(bytes_of(text))),
      made_at(of.made_at),
      issued_at(of.issued_at),
      expires_at(of.expires_at),
      reusable_until(of.reusable_until),
      young_until(of.young_until),
      recorded_claims_json(of.recorded_claims_json) {}

SignedJwt::~SignedJwt() { explicit_bzero(text.data(), text.size()); }

Task<Result<SignedJwtPtr>> JwtCache::obtain(Sha256Digest id, JwtHolder holder, Deadline deadline, JwtSource source) {
  for (;;) {
    const auto under_way = flights_.find(id);
    const bool joins = under_way != flights_.end();
    FlightPtr flight;
    if (joins) {
      flight = under_way->second;
      flight->keys.insert(holder.key);
      ++flight->claimants;
    } else {
      if (source.has_min_age) {
        if (Result<void> room = check_young_room(holder.uid); !room) co_return Unexpected(room.error());
      }
      flight = take_off(id, Flight{.uid = holder.uid, .keys = {holder.key}, .claimants = 1}, source);
    }
    const bool landed = co_await wait_for(*flight, deadline);
    --flight->claimants;
    if (!landed) co_return Unexpected(make_error(ErrorCode::deadline_exceeded));
    // The deadline that passed was that of the request which set it off, not ours: once more, on our own.
    const bool others_deadline =
        joins && !*flight->outcome && flight->outcome->error().code == ErrorCode::deadline_exceeded;
    if (!others_deadline) co_return *flight->outcome;
  }
}

bool JwtCache::may_refresh(const Sha256Digest& id) const {
  const auto entry = entries_.find(id);
  return entry != entries_.end() && refreshes_ < kMaxRefreshes && !flights_.contains(id) &&
         SteadyClock::now() >= entry->second->refresh_after;
}

void JwtCache::refresh(const Sha256Digest& id, JwtHolder holder, JwtSource source) {
  take_off(id, Flight{.uid = holder.uid, .keys = {std::move(holder.key)}, .claimants = 0}, std::move(source));
}

JwtCache::FlightPtr JwtCache::take_off(const Sha256Digest& id, Flight flight, JwtSource source) {
  ++under_way_;
  if (flight.ahead) ++refreshes_;
  flight.has_min_age = source.has_min_age;
  const auto shared = std::make_shared<Flight>(std::move(flight));
  flights_.insert_or_assign(id, shared);
  asio::co_spawn(executor_, fly(id, shared, std::move(source)), asio::detached);
  return shared;
}

Task<bool> JwtCache::wait_for(Flight& flight, Deadline deadline) {
  if (flight.outcome) co_return true;
  WakeUp landed(executor_);
  flight.waiting.push_back(&landed);
  co_await landed.wait_until(deadline);
  std::erase(flight.waiting, &landed);
  co_return flight.outcome.has_value();
}

Task<void> JwtCache::fly(Sha256Digest id, FlightPtr flight, JwtSource source) {
  try {
    flight->outcome = co_await sign_and_account(*flight, source);
  } catch (const std::exception& e) {
    flight->outcome = Unexpected(make_error(ErrorCode::internal, e.what()));
  }
  land(id, flight);
}

// Each request that takes it will have a line of its own written.
Task<Result<SignedJwtPtr>> JwtCache::sign_and_account(const Flight& flight, const JwtSource& source) {
  Result<SignedJwtPtr> jwt = co_await source.sign();
  if (!jwt || flight.claimants > 0) co_return jwt;
  const Result<void> recorded = co_await source.record(*jwt, flight.ahead ? kRefreshed : kUnclaimed);
  if (!recorded) co_return Unexpected(recorded.error());
  co_return jwt;
}

void JwtCache::land(const Sha256Digest& id, const FlightPtr& flight) {
  --under_way_;
  if (flight->ahead) --refreshes_;
  const auto own = flights_.find(id);
  if (own != flights_.end() && own->second == flight) flights_.erase(own);
  if (*flight->outcome) {
    if (flight->kept) insert(id, *flight, **flight->outcome);
  } else if (const auto old = entries_.find(id); old != entries_.end()) {
    old->second->refresh_after = SteadyClock::now() + kRefreshPause;
  }
  for (WakeUp* waiting : flight->waiting) waiting->notify();
}

SignedJwtPtr JwtCache::find(const Sha256Digest& id, const rules::JwtPlan& plan, rules::WallTime now) {
  const auto found = entries_.find(id);
  if (found == entries_.end()) return nullptr;
  const Entries::iterator entry = found->second;
  if (!rules::may_reuse(plan, entry->jwt->made_at, entry->jwt->reusable_until, now)) return nullptr;
  entry->keys.insert(plan.key);
  Entries& list = list_of(*entry);
  list.splice(list.begin(), list, entry);
  return entry->jwt;
}

void JwtCache::insert(const Sha256Digest& id, const Flight& flight, SignedJwtPtr jwt) {
  if (jwt->reusable_until < jwt->made_at.time_since_epoch().count()) return;
  Entry entry{.id = id, .uid = flight.uid, .keys = flight.keys, .jwt = std::move(jwt)};
  if (const auto old = entries_.find(id); old != entries_.end()) {
    entry.keys.merge(old->second->keys);
    erase(old->second);
  }
  bytes_ += entry.jwt->text.size();
  young_bytes_ += entry.jwt->text.size();
  entry.young = true;
  young_.push_front(std::move(entry));
  entries_.insert_or_assign(id, young_.begin());
  settle();
}

// Every entry begins as a young one; what has reached its age, most of them at once, goes to its user's own.
void JwtCache::settle() {
  for (auto entry = young_.end(); entry != young_.begin();) {
    --entry;
    const std::int64_t now = std::max(latest_, entry->jwt->made_at).time_since_epoch().count();
    if (now < entry->jwt->young_until) continue;
    const auto settled = entry++;
    settled->young = false;
    young_bytes_ -= settled->jwt->text.size();
    Entries& of_uid = entries_of_uid_[settled->uid];
    of_uid.splice(of_uid.begin(), young_, settled);
    if (of_uid.size() > std::max<std::size_t>(limits_.max_per_uid, 1)) erase(std::prev(of_uid.end()));
  }
  make_room();
}

// Signatures under way count, for their JWTs will be young.
Result<void> JwtCache::check_young_room(uid_t uid) {
  settle();
  std::size_t all = young_.size();
  auto own = static_cast<std::size_t>(std::ranges::count(young_, uid, &Entry::uid));
  for (const auto& [id, flight] : flights_) {
    if (!flight->has_min_age) continue;
    ++all;
    if (flight->uid == uid) ++own;
  }
  if (all < kMaxYoung && own < kMaxYoung / 2) return {};
  return Unexpected(Error{.code = ErrorCode::overloaded,
                          .message = "too many JWTs that have a minimum age are in use; try again when one of them "
                                     "has reached it",
                          .retry_after = kYoungPause});
}

void JwtCache::erase(Entries::iterator entry) {
  const uid_t uid = entry->uid;
  bytes_ -= entry->jwt->text.size();
  if (entry->young) young_bytes_ -= entry->jwt->text.size();
  entries_.erase(entry->id);
  if (entry->young) {
    young_.erase(entry);
    return;
  }
  Entries& of_uid = entries_of_uid_[uid];
  of_uid.erase(entry);
  if (of_uid.empty()) entries_of_uid_.erase(uid);
}

void JwtCache::make_room() {
  while (entries_.size() - young_.size() > limits_.max_entries || bytes_ - young_bytes_ > limits_.max_bytes) {
    const auto largest =
        std::ranges::max_element(entries_of_uid_, {}, [](const auto& of_uid) { return of_uid.second.size(); });
    erase(std::prev(largest->second.end()));
  }
}

void JwtCache::observe_clock(rules::WallTime now) {
  if (now < latest_) clear();
  latest_ = now;
}

void JwtCache::clear() {
  for (const auto& [id, flight] : flights_) flight->kept = false;
  flights_.clear();
  entries_.clear();
  entries_of_uid_.clear();
  young_.clear();
  bytes_ = young_bytes_ = 0;
}

void JwtCache::drop_keys(const std::function<bool(const std::string& key)>& with) {
  std::erase_if(flights_, [&with](const auto& each) {
    Flight& flight = *each.second;
    std::erase_if(flight.keys, with);
    flight.kept = !flight.keys.empty();
    return !flight.kept;
  });
  std::vector<Entries::iterator> dropped;
  for (const auto& [id, entry] : entries_) {
    std::erase_if(entry->keys, with);
    if (entry->keys.empty()) dropped.push_back(entry);
  }
  for (const Entries::iterator entry : dropped) erase(entry);
}

void JwtCache::apply(CacheLimits limits) {
  limits_ = limits;
  make_room();
}

void JwtCache::drop_expired(rules::WallTime now) {
  std::vector<Entries::iterator> expired;
  for (const auto& [key, entry] : entries_) {
    if (entry->jwt->reusable_until < now.time_since_epoch().count()) expired.push_back(entry);
  }
  for (const Entries::iterator entry : expired) erase(entry);
  latest_ = std::max(latest_, now);
  settle();
}

}  // namespace signet::service
