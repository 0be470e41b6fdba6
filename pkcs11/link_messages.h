#pragma once

#include <chrono>

#include "pkcs11/token_service.h"

namespace signet::link {
class Description;
class Failure;
class SignRequest;
class Signature;
}  // namespace signet::link

// Between the frames of the token link and our own values. Pure; any thread.
namespace signet::pkcs11 {

/// When a caller that still waits `deadline_ms` will be gone; 0 stands for `otherwise`, and nobody waits longer than an
/// hour.
Deadline deadline_of(std::uint32_t deadline_ms, std::chrono::milliseconds otherwise);

/// The order lies in the request, which must outlive it. Refusal bad_request: unknown algorithm, no hash of 32 octets.
Served<SignOrder> read_sign_request(const link::SignRequest& request, std::chrono::milliseconds call_timeout);

void write(const TokenDescription& description, link::Description& out);
void write(JoseSignature signature, link::Signature& out);
void write(const Refusal& refusal, TokenState state, link::Failure& out);

}  // namespace signet::pkcs11
