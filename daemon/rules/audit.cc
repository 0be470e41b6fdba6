#include "daemon/rules/audit.h"

#include "daemon/rules/audit_text.h"
#include "daemon/rules/late_values.h"

namespace signet::rules {
namespace {

void put_digest(AuditText& text, std::string_view name, const std::optional<Sha256Digest>& digest) {
  if (digest) text.text(name, hex(*digest));
}

void put_number(AuditText& text, std::string_view name, const std::optional<std::int64_t>& number) {
  if (number) text.number(name, *number);
}

void put_peer(AuditText& text, const Peer& peer) {
  text.number("uid", peer.uid);
  text.text("user", peer.user);
  text.number("gid", peer.gid);
  text.number("pid", peer.pid);
  text.text("unit", peer.unit.value_or(""));
  text.text("slice", peer.slice.value_or(""));
}

// A line has to stay one that a pager shows and a reader holds.
void put_claims(AuditText& text, const std::string& claims_json) {
  if (claims_json.empty()) return;
  const std::string ascii = ascii_json(claims_json);
  if (ascii.size() <= kMaxRecordedClaims)
    text.value("claims", ascii);
  else
    text.text("claims_sha256", hex(sha256(bytes_of(ascii))));
}

void put_jwt(AuditText& text, const AuditRecord& record) {
  text.text("kid", record.kid);
  text.text("alg", record.alg);
  put_digest(text, "spki_sha256", record.spki_sha256);
  put_digest(text, "jwt_sha256", record.jwt_sha256);
  put_digest(text, "input_sha256", record.input_sha256);
  put_number(text, "issued_at", record.issued_at);
  put_number(text, "expires_at", record.expires_at);
  put_number(text, "lifetime", record.lifetime);
  if (record.cached) text.flag("cached", *record.cached);
  if (record.jwt_sha256) text.flag("scoped", record.scoped);
  put_claims(text, record.claims_json);
}

}  // namespace

std::string audit_members(const AuditRecord& record) {
  AuditText text;
  text.text("time", utc_timestamp(record.time));
  text.text("request_id", record.request_id);
  if (record.peer) put_peer(text, *record.peer);
  text.text("key", record.key);
  text.text("profile", record.profile);
  text.text("outcome", record.outcome);
  text.text("rule", record.rule);
  text.texts("would_refuse", record.would_refuse);
  put_jwt(text, record);
  return text.members();
}

void put_plan(AuditRecord& record, const JwtPlan& plan) {
  record.key = plan.key;
  record.profile = plan.profile->name;
  record.kid = plan.kid;
  record.alg = jose_name(plan.algorithm);
  record.lifetime.reset();
  if (plan.lifetime) record.lifetime = plan.lifetime->count();
  record.scoped = plan.scoped;
  record.would_refuse = plan.would_refuse;
  record.claims_json = holds_mark(plan.recorded_claims_json) ? "" : plan.recorded_claims_json;
}

}  // namespace signet::rules
