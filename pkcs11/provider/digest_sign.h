#pragma once

#include <openssl/types.h>

#include "pkcs11/provider/library_context.h"

namespace signet::provider {

/// EVP_DigestSignInit_ex of a fresh context with a key that `context` made, and the padding of the kind; PSS has a salt
/// as long as the digest. False with the reason in OpenSSL's error queue. Any thread.
bool begin_digest_sign(EVP_MD_CTX* signing, const LibraryContext& context, EVP_PKEY* key, SignatureKind kind);

/// A JOSE signature (ECDSA as r‖s of full width; PSS with a salt as long as the digest) of a message by EVP_DigestSign,
/// with a key that `context` made. Error internal, with OpenSSL's error queue as detail; the queue is empty afterwards.
/// May block in the signer. Any thread.
Result<Bytes> sign_jose(const LibraryContext& context, EVP_PKEY* key, Algorithm algorithm, BytesView message);

}  // namespace signet::provider
