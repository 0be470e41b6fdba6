#include "daemon/service/jwt_signer.h"

#include "daemon/service/jwt_record.h"
#include "daemon/service/random_uuid.h"
#include "daemon/service/service_state.h"
#include "proto/jws.h"

namespace signet::service {

Task<Result<SignedJwtPtr>> JwtSigner::sign(SigningOrderPtr order) {
  if (Result<void> ready = audit_.ready(); !ready) co_return Unexpected(ready.error());
  const Result<std::string> uuid = random_uuid();
  if (!uuid) co_return Unexpected(uuid.error());
  Result<rules::UnsignedJwt> filled = rules::fill_times(order->plan, wall_now(), built_at_, *uuid);
  if (!filled) co_return Unexpected(filled.error());
  const auto jwt = std::make_shared<const rules::UnsignedJwt>(*std::move(filled));
  SignOrder what{.object = order->object,
                 .algorithm = std::string(jose_name(order->plan.algorithm)),
                 .signing_input = jwt->signing_input,
                 .spki_sha256 = order->pin.spki_sha256,
                 .spki = order->pin.spki,
                 .on_stray = [this, record = order->record, jwt](const std::optional<Bytes>& signature) {
                   account_for_stray(*record, *jwt, signature);
                 }};
  const Result<Bytes> signature = co_await order->link->sign(std::move(what), order->deadline);
  if (!signature) co_return Unexpected(signature.error());
  co_return std::make_shared<const SignedJwt>(jws_compact(jwt->signing_input, *signature), *jwt);
}

Task<Result<void>> JwtSigner::record(SigningOrderPtr order, SignedJwtPtr jwt, std::string_view outcome) {
  rules::AuditRecord record = *order->record;
  record.time = audit_now();
  record.outcome = outcome;
  put_jwt(record, *jwt);
  co_return co_await audit_.must_record(record, order->deadline);
}

JwtSource JwtSigner::source(SigningOrderPtr order) {
  return {.sign = [this, order] { return sign(order); },
          .record = [this, order](SignedJwtPtr jwt,
                                  std::string_view outcome) { return record(order, std::move(jwt), outcome); },
          .has_min_age = order->plan.profile->reuse.min_age.count() > 0};
}

// A late JWT is known by its hash. Of one whose connection broke nobody knows whether it was signed at all: only what
// would have been.
void JwtSigner::account_for_stray(rules::AuditRecord record, const rules::UnsignedJwt& jwt,
                                  const std::optional<Bytes>& signature) {
  if (signature) {
    record.outcome = kUnclaimed;
    put_jwt(record, SignedJwt(jws_compact(jwt.signing_input, *signature), jwt));
  } else {
    record.outcome = "lost";
    record.input_sha256 = sha256(bytes_of(jwt.signing_input));
    record.issued_at = jwt.issued_at;
    record.expires_at = jwt.expires_at;
    if (!jwt.recorded_claims_json.empty()) record.claims_json = jwt.recorded_claims_json;
  }
  record.time = audit_now();
  audit_.record(record);
}

}  // namespace signet::service
