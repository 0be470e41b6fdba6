#include "daemon/rules/audit_entry.h"

#include <limits>

#include "proto/json.h"
#include "proto/json_members.h"
#include "proto/json_path.h"
#include "proto/sha256_text.h"

namespace signet::rules {
namespace {

constexpr std::int64_t kHighestNumber = std::numeric_limits<std::int64_t>::max() - 1;
constexpr std::int64_t kLastSecond = 253'402'300'799;  // of the year 9999
constexpr std::int64_t kHighestId = std::numeric_limits<std::uint32_t>::max();

UtcTime time_of(MemberReader& members) {
  const auto time = parse_utc_timestamp(members.text("time"));
  if (!time) members.refuse("time", "is no time like 2026-11-25T12:00:00.000Z");
  return time.value_or(UtcTime());
}

std::optional<Sha256Digest> digest_of(MemberReader& members, std::string_view name, const std::string& text) {
  auto digest = sha256_from_hex(text);
  if (!digest) members.refuse(name, "is no SHA-256 in 64 hexadecimal digits");
  return digest;
}

std::optional<Sha256Digest> optional_digest(MemberReader& members, std::string_view name) {
  const auto text = members.optional_text(name);
  if (!text) return std::nullopt;
  return digest_of(members, name, *text);
}

std::string text_or_empty(MemberReader& members, std::string_view name) {
  return members.optional_text(name).value_or(std::string());
}

void read_who(MemberReader& members, AuditEntry& entry) {
  entry.request_id = text_or_empty(members, "request_id");
  entry.uid = members.optional_integer("uid", 0, kHighestId);
  entry.pid = members.optional_integer("pid", 0, kHighestId);
  entry.user = text_or_empty(members, "user");
  entry.unit = text_or_empty(members, "unit");
}

void read_jwt(MemberReader& members, AuditEntry& entry) {
  entry.key = text_or_empty(members, "key");
  entry.profile = text_or_empty(members, "profile");
  entry.kid = text_or_empty(members, "kid");
  entry.alg = text_or_empty(members, "alg");
  entry.spki_sha256 = optional_digest(members, "spki_sha256");
  entry.jwt_sha256 = optional_digest(members, "jwt_sha256");
  entry.input_sha256 = optional_digest(members, "input_sha256");
  entry.issued_at = members.optional_integer("issued_at", 0, kLastSecond);
  entry.expires_at = members.optional_integer("expires_at", 0, kLastSecond);
  entry.cached = members.optional_boolean("cached").value_or(false);
  entry.scoped = members.optional_boolean("scoped").value_or(false);
  if (const auto* claims = members.optional_object("claims")) entry.claims = *claims;
}

bool prev_is_last(const boost::json::value& line) {
  const auto* object = line.if_object();
  return object != nullptr && !object->empty() && std::prev(object->end())->key() == "prev";
}

}  // namespace

Result<AuditEntry> read_audit_entry(std::string_view line) {
  SIGNET_TRY_ASSIGN(const auto value, parse_json(line, {.max_bytes = kMaxAuditLineBytes, .max_depth = 32}));
  MemberReader members(value, std::string(kJsonRoot));
  AuditEntry entry;
  entry.seq = static_cast<std::uint64_t>(members.integer("seq", 1, kHighestNumber));
  entry.time = time_of(members);
  entry.outcome = members.text("outcome");
  read_who(members, entry);
  read_jwt(members, entry);
  entry.why = text_or_empty(members, "why");
  entry.torn_sha256 = optional_digest(members, "torn_sha256");
  entry.prev = digest_of(members, "prev", members.text("prev")).value_or(Sha256Digest());
  if (!prev_is_last(value)) members.refuse("prev", "is not the last member");
  SIGNET_TRY(members.finish_tolerant());
  return entry;
}

}  // namespace signet::rules
