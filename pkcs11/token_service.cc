#include "pkcs11/token_service.h"

namespace signet::pkcs11 {

void TokenService::serve(std::unique_ptr<Signer> signer) {
  owned_ = std::move(signer);
  signer_.store(owned_.get(), std::memory_order_release);
  status_.apply(TokenEvent::opened, "the token is open");
}

TokenDescription TokenService::describe(std::span<const std::string> objects) const {
  TokenDescription description{.status = status_.view(), .epoch = epoch_};
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

Served<Signer*> TokenService::signer_by(Deadline deadline) const {
  const TokenState state = status_.wait_while_opening(deadline);
  if (is_open(state)) return signer_.load(std::memory_order_acquire);
  const bool opening = state == TokenState::opening;
  return Unexpected(
      Refusal{opening ? RefusalReason::token_opening : RefusalReason::token_unavailable, status_.view().message});
}

Served<void> TokenService::refresh(Deadline deadline) {
  SIGNET_TRY_ASSIGN(Signer * signer, signer_by(deadline));
  return signer->refresh(deadline);
}

Served<JoseSignature> TokenService::sign(const SignOrder& order) {
  SIGNET_TRY_ASSIGN(Signer * signer, signer_by(order.deadline));
  auto outcome = signer->sign(order);
  note_outcome(outcome);
  return outcome;
}

void TokenService::note_outcome(const Served<JoseSignature>& outcome) {
  if (outcome) {
    if (!has_signed()) has_signed_.store(true, std::memory_order_relaxed);
    if (status_.state() == TokenState::degraded) status_.apply(TokenEvent::signature_good, "the token signs again");
  } else if (outcome.error().reason == RefusalReason::signature_bad) {
    status_.apply(TokenEvent::signature_bad,
                  "the token's last signature did not verify; the operator must check the token");
  }
}

}  // namespace signet::pkcs11
