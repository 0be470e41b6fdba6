#include "pkcs11/link_messages.h"

#include <algorithm>
#include <cstring>

#include "proto/token.pb.h"
#include "proto/utf8.h"

namespace signet::pkcs11 {
namespace {

constexpr std::uint32_t kMaxDeadlineMs = 60 * 60 * 1000;

link::State link_state(TokenState state) {
  switch (state) {
    case TokenState::opening:
      return link::OPENING;
    case TokenState::ready:
      return link::READY;
    case TokenState::degraded:
      return link::DEGRADED;
    case TokenState::absent:
      return link::ABSENT;
    case TokenState::pin_refused:
      return link::PIN_REFUSED;
    case TokenState::misconfigured:
      return link::MISCONFIGURED;
  }
  return link::STATE_UNSPECIFIED;
}

link::FailureCode failure_code(RefusalReason reason) {
  switch (reason) {
    case RefusalReason::version_unsupported:
      return link::VERSION_UNSUPPORTED;
    case RefusalReason::bad_request:
      return link::BAD_REQUEST;
    case RefusalReason::token_opening:
      return link::TOKEN_OPENING;
    case RefusalReason::token_unavailable:
      return link::TOKEN_UNAVAILABLE;
    case RefusalReason::no_such_key:
      return link::NO_SUCH_KEY;
    case RefusalReason::key_refused:
      return link::KEY_REFUSED;
    case RefusalReason::key_changed:
      return link::KEY_CHANGED;
    case RefusalReason::message_refused:
      return link::MESSAGE_REFUSED;
    case RefusalReason::busy:
      return link::BUSY;
    case RefusalReason::signature_bad:
      return link::SIGNATURE_BAD;
    case RefusalReason::token_failed:
      return link::TOKEN_FAILED;
    case RefusalReason::rate_exceeded:
      return link::RATE_EXCEEDED;
    case RefusalReason::record_unavailable:
      return link::RECORD_UNAVAILABLE;
  }
  return link::FAILURE_UNSPECIFIED;
}

std::string text(BytesView bytes) { return std::string(text_of(bytes)); }

// A protobuf string must be UTF-8; what a token calls itself need not be.
std::string shown(const std::string& text) {
  if (is_utf8(text)) return text;
  std::string ascii = text;
  std::ranges::replace_if(
      ascii, [](char c) { return (static_cast<unsigned char>(c) & 0x80U) != 0; }, '?');
  return ascii;
}

void write(const KeyView& key, link::Key& out) {
  out.set_object(key.object);
  out.set_usable(key.usable);
  out.set_message(key.message);
  out.set_spki(text(key.spki));
  for (const Algorithm algorithm : key.algorithms) out.add_alg(std::string(jose_name(algorithm)));
  out.set_id(text(key.id));
  out.set_label(shown(key.label));
  out.set_sensitive(key.sensitive);
  out.set_extractable(key.extractable);
  out.set_always_sensitive(key.always_sensitive);
  out.set_never_extractable(key.never_extractable);
  out.set_local(key.local);
  out.set_always_authenticate(key.always_authenticate);
  out.set_certificate(text(key.certificate));
}

}  // namespace

Deadline deadline_of(std::uint32_t deadline_ms, std::chrono::milliseconds otherwise) {
  const auto wait = deadline_ms == 0 ? otherwise : std::chrono::milliseconds(std::min(deadline_ms, kMaxDeadlineMs));
  return std::chrono::steady_clock::now() + wait;
}

Served<SignOrder> read_sign_request(const link::SignRequest& request, std::chrono::milliseconds call_timeout) {
  const auto algorithm = algorithm_from_name(request.alg());
  if (!algorithm) return Unexpected(Refusal{RefusalReason::bad_request, "the algorithm is not one this service knows"});
  SignOrder order{.object = request.object(),
                  .algorithm = *algorithm,
                  .message = request.message(),
                  .expected_spki_sha256 = {},
                  .spki = bytes_of(request.spki()),
                  .deadline = deadline_of(request.deadline_ms(), call_timeout)};
  if (request.expected_spki_sha256().size() != order.expected_spki_sha256.size()) {
    return Unexpected(
        Refusal{RefusalReason::bad_request, "the request does not pin the public key by 32 octets of SHA-256"});
  }
  std::memcpy(order.expected_spki_sha256.data(), request.expected_spki_sha256().data(),
              order.expected_spki_sha256.size());
  return order;
}

void write(const TokenDescription& description, link::Description& out) {
  out.set_state(link_state(description.status.state));
  out.set_message(description.status.message);
  out.set_since(description.status.since);
  out.set_next_try(description.status.next_try);
  out.set_epoch(description.epoch);
  out.set_token_label(shown(description.status.label));
  out.set_token_serial(shown(description.status.serial));
  for (const KeyView& key : description.keys) write(key, *out.add_key());
}

void write(JoseSignature signature, link::Signature& out) {
  out.set_value(text(signature.value));
  out.set_spki_sha256(text(signature.spki_sha256));
}

void write(const Refusal& refusal, TokenState state, link::Failure& out) {
  out.set_code(failure_code(refusal.reason));
  out.set_state(link_state(state));
  out.set_message(refusal.message);
  out.set_retry_after_s(static_cast<std::uint32_t>(refusal.retry_after.count()));
}

}  // namespace signet::pkcs11
