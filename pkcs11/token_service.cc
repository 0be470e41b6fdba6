#include "pkcs11/token_service.h"

#include "host/log.h"

namespace signet::pkcs11 {

void TokenService::serve(std::unique_ptr<Signer> signer) {
  owned_ = std::move(signer);
  signer_.store(owned_.get(), std::memory_order_release);
  parts_.status.apply(TokenEvent::opened, "the token is open");
  parts_.probes.opened();
}

TokenDescription TokenService::describe(std::span<const std::string> objects) const {
  TokenDescription description{.status = parts_.status.view(), .epoch = parts_.epoch};
  const Signer* signer = signer_.load(std::memory_order_acquire);
  if (signer != nullptr) {
    description.keys = signer->describe(objects);
    return description;
  }
  for (const std::string& object : objects) {
    description.keys.push_back({.object = object, .usable = false, .message = description.status.message});
  }
  return description;
}

void TokenService::want(std::span<const std::string> objects, std::span<const std::string> unprobed) {
  parts_.probes.want(objects, unprobed);
}

Served<Signer*> TokenService::signer_by(Deadline deadline) const {
  const TokenState state = parts_.status.wait_while_opening(deadline);
  if (is_open(state)) return signer_.load(std::memory_order_acquire);
  const bool opening = state == TokenState::opening;
  return Unexpected(
      Refusal{opening ? RefusalReason::token_opening : RefusalReason::token_unavailable, parts_.status.view().message});
}

Served<void> TokenService::refresh(Deadline deadline) {
  SIGNET_TRY_ASSIGN(Signer * signer, signer_by(deadline));
  return signer->refresh(deadline);
}

Served<JoseSignature> TokenService::sign(const SignOrder& order) {
  SIGNET_TRY_ASSIGN(Signer * signer, signer_by(order.deadline));
  SIGNET_TRY(parts_.limit.admit());
  auto outcome = signer->sign(order);
  note_outcome(outcome, order.object, order.deadline);
  if (outcome) SIGNET_TRY(record(order, *outcome));
  return outcome;
}

Served<void> TokenService::record(const SignOrder& order, const JoseSignature& signature) {
  if (parts_.record == nullptr) return {};
  const auto recorded = parts_.record->append(order, signature);
  if (recorded) return {};
  return Unexpected(Refusal{RefusalReason::record_unavailable,
                            "the record of what is signed cannot be written, so no signature leaves; the operator must "
                            "make room in state-dir",
                            recorded.error().detail});
}

void TokenService::probe(std::string_view object, Deadline deadline) {
  Signer* signer = signer_.load(std::memory_order_acquire);
  if (signer == nullptr) return;
  const auto outcome = signer->probe(object, deadline);
  // Without a key nothing was signed, and nothing is proven.
  if (!object.empty()) note_outcome(outcome, object, deadline);
  if (!outcome)
    host::log(host::LogLevel::info, "a probe of the idle token was not answered: " + outcome.error().message);
}

template <class T>
void TokenService::note_outcome(const Served<T>& outcome, std::string_view object, Deadline deadline) {
  if (outcome) return note_good();
  if (outcome.error().reason != RefusalReason::signature_bad) return;
  // The second one in a row means that the token is lost, unless it is one key's trouble.
  if (state() == TokenState::degraded && another_key_signs(object, deadline)) return;
  parts_.probes.troubled();
  const Action action = parts_.status.apply(
      TokenEvent::signature_bad, "the token's last signature did not verify; the operator must check the token");
  if (action == Action::re_execute && parts_.start_afresh) parts_.start_afresh();
}

void TokenService::note_good() {
  parts_.probes.used();
  if (state() == TokenState::degraded) parts_.status.apply(TokenEvent::signature_good, "the token signs again");
}

bool TokenService::another_key_signs(std::string_view object, Deadline deadline) {
  Signer* signer = signer_.load(std::memory_order_acquire);
  for (const std::string& other : parts_.probes.others(object)) {
    if (!signer->probe(other, deadline)) continue;
    note_good();
    return true;
  }
  return false;
}

}  // namespace signet::pkcs11
