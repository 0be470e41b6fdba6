#include "daemon/rules/live_jwts.h"

#include <algorithm>
#include <limits>

#include <boost/json/serialize.hpp>

namespace signet::rules {
namespace {

std::int64_t end_of(const LiveJwt& jwt) { return jwt.expires_at.value_or(std::numeric_limits<std::int64_t>::max()); }

// A JWT that nobody took, or that was made ahead of its first caller, is valid all the same.
bool was_given(const AuditEntry& entry) { return entry.outcome == "issued"; }

}  // namespace

std::shared_ptr<const JwtRecipient> LiveJwts::holder_of(const AuditEntry& entry) {
  JwtRecipient holder{.uid = entry.uid, .user = entry.user, .unit = entry.unit};
  auto& known = holders_[holder];
  if (!known) known = std::make_shared<const JwtRecipient>(std::move(holder));
  return known;
}

// A line of a time to come was written while the clock was ahead; its JWT is no less valid.
bool LiveJwts::is_asked_for(const AuditEntry& entry) const {
  if (!entry.jwt_sha256 && !entry.input_sha256) return false;
  if (query_.as_known_then && entry.time > query_.at) return false;
  if (query_.spki_sha256 && entry.spki_sha256 != query_.spki_sha256) return false;
  if (query_.kid && entry.kid != *query_.kid) return false;
  return is_valid(entry);
}

// `exp` is the first second at which the JWT is not good any more (RFC 7519 section 4.1.4).
bool LiveJwts::is_valid(const AuditEntry& entry) const {
  if (entry.expires_at) return query_.at < UtcTime(std::chrono::seconds(*entry.expires_at));
  if (!query_.max_age) return true;
  const auto begin = entry.issued_at ? UtcTime(std::chrono::seconds(*entry.issued_at)) : entry.time;
  return query_.at < begin + *query_.max_age;
}

void LiveJwts::add(const AuditEntry& entry) {
  if (entry.key != query_.key) return;
  knows_key_ = true;
  if (!is_asked_for(entry)) return;
  const Sha256Digest& digest = entry.jwt_sha256 ? *entry.jwt_sha256 : *entry.input_sha256;
  auto& jwt = jwts_[digest];
  jwt.sha256 = digest;
  jwt.lost = !entry.jwt_sha256;
  jwt.kid = entry.kid;
  jwt.spki_sha256 = entry.spki_sha256;
  jwt.issued_at = entry.issued_at;
  jwt.expires_at = entry.expires_at;
  jwt.scoped = entry.scoped;
  if (!entry.claims.empty()) jwt.claims_json = boost::json::serialize(entry.claims);
  if (!was_given(entry)) return;
  jwt.last_given = entry.time;
  ++jwt.times_given;
  auto holder = holder_of(entry);
  if (std::ranges::find(jwt.holders, holder) == jwt.holders.end()) jwt.holders.push_back(std::move(holder));
}

std::vector<LiveJwt> LiveJwts::finish() {
  std::vector<LiveJwt> jwts;
  for (auto& [digest, jwt] : jwts_) jwts.push_back(std::move(jwt));
  jwts_.clear();
  std::ranges::stable_sort(jwts, std::greater(), end_of);
  return jwts;
}

}  // namespace signet::rules
