#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

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
  bool as_known_then = false;                          ///< without what was written later than `at`
};

/// Who got a JWT.
struct JwtRecipient {
  std::optional<std::int64_t> uid{};
  std::string user{};
  std::string unit{};
  auto operator<=>(const JwtRecipient&) const = default;
};

/// A JWT that is still good, with everybody who got it.
struct LiveJwt {
  Sha256Digest sha256{};  ///< of the JWT; where the answer was lost, of what was to be signed
  bool lost = false;      ///< perhaps it was signed, and nobody knows who has it
  std::string kid{};
  std::optional<Sha256Digest> spki_sha256{};
  std::optional<std::int64_t> issued_at{};
  std::optional<std::int64_t> expires_at{};  ///< absent: it says nothing of an end
  bool scoped = false;
  std::string claims_json{};  ///< empty: the log does not have them
  UtcTime last_given{};
  std::uint64_t times_given = 0;
  std::vector<std::shared_ptr<const JwtRecipient>> holders{};  ///< each once, in the order of the log
};

/// Gathers, line by line, the JWTs that are asked for. Keeps those alone. Pure; one thread at a time.
class LiveJwts {
 public:
  explicit LiveJwts(LiveQuery query) : query_(std::move(query)) {}

  void add(const AuditEntry& entry);
  /// Did any line so far name the key that is asked for?
  bool knows_key() const { return knows_key_; }
  /// The last to expire first, before them those without an end. Once, at the end.
  std::vector<LiveJwt> finish();

 private:
  bool is_asked_for(const AuditEntry& entry) const;
  bool is_valid(const AuditEntry& entry) const;
  std::shared_ptr<const JwtRecipient> holder_of(const AuditEntry& entry);

  LiveQuery query_;
  bool knows_key_ = false;
  std::map<Sha256Digest, LiveJwt> jwts_;
  std::map<JwtRecipient, std::shared_ptr<const JwtRecipient>> holders_;  ///< a caller may have many JWTs
};

}  // namespace signet::rules
