#include "daemon/service/jwt_cache.h"

#include <algorithm>
#include <exception>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <string.h>

namespace signet::service {
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
      recorded_claims_json(of.recorded_claims_json) {}

SignedJwt::~SignedJwt() { explicit_bzero(text.data(), text.size()); }

Task<Result<SignedJwtPtr>> JwtCache::obtain(Sha256Digest key, uid_t uid, Deadline deadline, Make make) {
  for (;;) {
    const auto under_way = flights_.find(key);
    const bool joins = under_way != flights_.end();
    const auto flight = joins ? under_way->second : std::make_shared<Flight>(Flight{{}, std::nullopt, generation_});
    if (!joins) {
      flights_.insert_or_assign(key, flight);
      asio::co_spawn(executor_, fly(key, uid, flight, make), asio::detached);
    }
    if (!co_await wait_for(*flight, deadline)) co_return Unexpected(make_error(ErrorCode::deadline_exceeded));
    // The deadline that passed was that of the request which set it off, not ours: once more, on our own.
    const bool others_deadline =
        joins && !*flight->outcome && flight->outcome->error().code == ErrorCode::deadline_exceeded;
    if (!others_deadline) co_return *flight->outcome;
  }
}

Task<bool> JwtCache::wait_for(Flight& flight, Deadline deadline) {
  if (flight.outcome) co_return true;
  WakeUp landed(executor_);
  flight.waiting.push_back(&landed);
  co_await landed.wait_until(deadline);
  std::erase(flight.waiting, &landed);
  co_return flight.outcome.has_value();
}

Task<void> JwtCache::fly(Sha256Digest key, uid_t uid, std::shared_ptr<Flight> flight, Make make) {
  try {
    flight->outcome = co_await make();
  } catch (const std::exception& e) {
    flight->outcome = Unexpected(make_error(ErrorCode::internal, e.what()));
  }
  const auto own = flights_.find(key);
  if (own != flights_.end() && own->second == flight) flights_.erase(own);
  if (*flight->outcome && flight->generation == generation_) insert(key, uid, **flight->outcome);
  for (WakeUp* waiting : flight->waiting) waiting->notify();
}

SignedJwtPtr JwtCache::find(const Sha256Digest& key, const rules::JwtPlan& plan, rules::WallTime now) {
  const auto found = entries_.find(key);
  if (found == entries_.end()) return nullptr;
  const Entries::iterator entry = found->second;
  if (!rules::may_reuse(plan, entry->jwt->made_at, entry->jwt->reusable_until, now)) return nullptr;
  Entries& of_uid = entries_of_uid_[entry->uid];
  of_uid.splice(of_uid.begin(), of_uid, entry);
  return entry->jwt;
}

void JwtCache::insert(const Sha256Digest& key, uid_t uid, SignedJwtPtr jwt) {
  if (jwt->reusable_until < jwt->made_at.time_since_epoch().count()) return;
  if (const auto old = entries_.find(key); old != entries_.end()) erase(old->second);
  Entries& of_uid = entries_of_uid_[uid];
  if (of_uid.size() >= limits_.max_per_uid && !of_uid.empty()) erase(std::prev(of_uid.end()));
  bytes_ += jwt->text.size();
  entries_of_uid_[uid].push_front({key, uid, std::move(jwt)});
  entries_.insert_or_assign(key, entries_of_uid_[uid].begin());
  make_room();
}

void JwtCache::erase(Entries::iterator entry) {
  const uid_t uid = entry->uid;
  bytes_ -= entry->jwt->text.size();
  entries_.erase(entry->key);
  Entries& of_uid = entries_of_uid_[uid];
  of_uid.erase(entry);
  if (of_uid.empty()) entries_of_uid_.erase(uid);
}

void JwtCache::make_room() {
  while (!entries_.empty() && (entries_.size() > limits_.max_entries || bytes_ > limits_.max_bytes)) {
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
  ++generation_;
  entries_.clear();
  entries_of_uid_.clear();
  flights_.clear();
  bytes_ = 0;
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
}

}  // namespace signet::service
