#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "daemon/rules/peer.h"
#include "proto/sha256.h"

namespace signet::rules {

/// What the audit log keeps of one request. It has no place for a JWT, a claim or a reason given by a client.
struct AuditRecord {
  std::chrono::sys_time<std::chrono::milliseconds> time{};
  std::string request_id{};
  Peer peer{};
  std::string key{};  ///< empty: none, or a name that no key could have
  std::string profile{};
  std::string outcome{};                     ///< "issued", "cached", or the code of the refusal
  std::optional<Sha256Digest> jwt_sha256{};  ///< of the compact serialisation, as sent
  std::string kid{};
  std::string alg{};
  std::optional<std::int64_t> issued_at{};  ///< Unix seconds
  std::optional<std::int64_t> expires_at{};
  bool scoped = false;
};

/// One JSON object in one line, with its line feed; members in a fixed order, absent ones left out. Any thread.
std::string audit_line(const AuditRecord& record);

}  // namespace signet::rules
