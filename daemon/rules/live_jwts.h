#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "daemon/rules/audit_entry.h"
#include "proto/sha256.h"
#include "proto/timestamp.h"

namespace signet::rules {

/// Which JWTs are asked for: those of a key that are valid at a moment, and of them those of one public key or key ID.
struct LiveQuery {
  std::string key{};
  UtcTime at{};
  std::optional<Sha256Digest> spki_sha256{};
  std::optional<std::string> kid{};
  std::optional<std::chrono::milliseconds> max_age{};  ///< of a JWT that says nothing of its end
};

/// Who got a JWT.
struct JwtRecipient {
  std::optional<std::int64_t> uid{};
  std::string user{};
  std::string unit{};
  bool operator==(const JwtRecipient&) const = default;
};

/// A JWT that is still good, with everybody who got it.
struct LiveJwt {
  Sha256Digest jwt_sha256{};
  std::string kid{};
  std::optional<Sha256Digest> spki_sha256{};
  std::optional<std::int64_t> issued_at{};
  std::optional<std::int64_t> expires_at{};  ///< absent: it says nothing of an end
  bool scoped = false;
  boost::json::object claims{};
  UtcTime last_given{};
  std::uint64_t times_given = 0;
  std::vector<JwtRecipient> holders{};  ///< each once, in the order of the log
};

/// Gathers, line by line, the JWTs that are asked for. Keeps those alone. Pure; one thread at a time.
class LiveJwts {
 public:
  explicit LiveJwts(LiveQuery query) : query_(std::move(query)) {}

  void add(const AuditEntry& entry);
  /// The last to expire first, before them those without an end. Once, at the end.
  std::vector<LiveJwt> finish();

 private:
  bool is_asked_for(const AuditEntry& entry) const;
  bool is_valid(const AuditEntry& entry) const;

  LiveQuery query_;
  std::map<Sha256Digest, LiveJwt> jwts_;
};

}  // namespace signet::rules
