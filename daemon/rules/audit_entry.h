#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "proto/result.h"
#include "proto/sha256.h"
#include "proto/timestamp.h"

namespace signet::rules {

/// A line of the audit log, read back. What a line may leave out is empty.
struct AuditEntry {
  std::uint64_t seq = 0;
  UtcTime time{};
  Sha256Digest prev{};
  std::string outcome{};
  std::string request_id{};
  std::optional<std::int64_t> uid{};
  std::optional<std::int64_t> pid{};
  std::string user{};
  std::string unit{};
  std::string key{};
  std::string profile{};
  std::string kid{};
  std::string alg{};
  std::optional<Sha256Digest> spki_sha256{};
  std::optional<Sha256Digest> jwt_sha256{};
  std::optional<Sha256Digest> input_sha256{};  ///< of "lost": the signing input, for nobody knows the signature
  std::optional<std::int64_t> issued_at{};     ///< Unix seconds
  std::optional<std::int64_t> expires_at{};
  bool cached = false;
  bool scoped = false;
  boost::json::object claims{};
  std::string why{};                          ///< of "audit_recovered": what signetd found
  std::optional<Sha256Digest> torn_sha256{};  ///< of "audit_recovered": the octets that stand before, no whole line
};

/// Reads one line, without its line feed. Members that it does not know pass, for a newer signetd may have written
/// them; number, time, outcome and prev must be there, prev as the last, and what it knows must have the right type.
/// Error invalid_request, the message a JSON path and what is wrong with it, never a value. Pure; any thread.
Result<AuditEntry> read_audit_entry(std::string_view line);

/// No line is longer: a request has 64 KiB at most.
inline constexpr std::size_t kMaxAuditLineBytes = std::size_t{1} << 20U;

}  // namespace signet::rules
