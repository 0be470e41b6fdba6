#pragma once

#include <openssl/types.h>

#include "proto/algorithm.h"

namespace signet {

/// OpenSSL's implementation of a hash, fetched once per process (a fetch costs as much as hashing a signing input);
/// nullptr for Hash::none. Throws std::bad_alloc where OpenSSL has none, which only a process without memory or with a
/// broken OpenSSL configuration meets. Any thread.
const EVP_MD* openssl_digest(Hash hash);

/// False where openssl_digest() and all that hashes would throw: OpenSSL's configuration loads no provider with
/// digests, or there is no memory. Asked once, before the work of a thread that nothing catches exceptions of. Any
/// thread.
bool openssl_has_digests() noexcept;

}  // namespace signet
