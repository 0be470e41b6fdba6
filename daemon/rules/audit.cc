#include "daemon/rules/audit.h"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "daemon/rules/refusal_cap.h"
#include "proto/timestamp.h"

namespace signet::rules {
namespace {

namespace json = boost::json;

void put_text(json::object& line, std::string_view name, const std::string& text) {
  if (!text.empty()) line.emplace(name, text);
}

void put_number(json::object& line, std::string_view name, const std::optional<std::int64_t>& number) {
  if (number) line.emplace(name, *number);
}

void put_peer(json::object& line, const Peer& peer) {
  line.emplace("uid", peer.uid);
  line.emplace("gid", peer.gid);
  line.emplace("pid", peer.pid);
  put_text(line, "user", peer.user);
}

std::string finished(const json::object& line) { return json::serialize(line) + '\n'; }

}  // namespace

std::string audit_line(const AuditRecord& record) {
  json::object line{{"time", utc_timestamp(record.time)}, {"request_id", record.request_id}};
  put_peer(line, record.peer);
  put_text(line, "key", record.key);
  put_text(line, "profile", record.profile);
  line.emplace("outcome", record.outcome);
  if (record.jwt_sha256) line.emplace("jwt_sha256", hex(*record.jwt_sha256));
  put_text(line, "kid", record.kid);
  put_text(line, "alg", record.alg);
  put_number(line, "issued_at", record.issued_at);
  put_number(line, "expires_at", record.expires_at);
  if (record.jwt_sha256) line.emplace("scoped", record.scoped);
  return finished(line);
}

std::string audit_line(const SuppressedRefusals& suppressed, AuditTime now) {
  return finished({{"time", utc_timestamp(now)},
                   {"uid", suppressed.uid},
                   {"outcome", "refusals_suppressed"},
                   {"count", suppressed.count},
                   {"from", utc_timestamp(suppressed.from)},
                   {"to", utc_timestamp(suppressed.to)}});
}

}  // namespace signet::rules
