#pragma once

#include <chrono>
#include <span>
#include <vector>

#include "pkcs11/objects.h"
#include "pkcs11/token_key.h"

// The X.509 certificates that a token keeps for its keys.
namespace signet::pkcs11 {

/// Gives each certificate object to the key that it certifies: same CKA_ID (or label where the id is empty) and, what
/// counts, the same public key. A key without a public half takes it from its certificates, and is unusable where they
/// differ. What cannot be read is passed over, with one line in the log however often it is met. Any thread.
void give_certificates(std::span<const Attributes> objects, std::vector<TokenKey>& keys);

/// Reads the token's certificates and gives them to their keys. Blocks in the module, in two and more calls for each
/// certificate; one thread per session.
CallResult<void> take_certificates(const Session& session, const AfterCall& after_call, std::vector<TokenKey>& keys);

/// The certificate to use now, null where there is none: a valid one before one that was or will be, and of those the
/// one that began last. Pure; any thread.
const X509Certificate* choose_certificate(std::span<const X509Certificate> certificates, std::chrono::sys_seconds now);

}  // namespace signet::pkcs11
