#pragma once

#include "pkcs11/provider/library_context.h"

namespace signet::provider {

/// A JOSE signature (ECDSA as r‖s of full width; PSS with a salt as long as the digest) of a message by EVP_DigestSign,
/// with a key that `context` made. Error internal, with OpenSSL's error queue as detail; the queue is empty afterwards.
/// May block in the signer. Any thread.
Result<Bytes> sign_jose(const LibraryContext& context, evp_pkey_st* key, Algorithm algorithm, BytesView message);

}  // namespace signet::provider
