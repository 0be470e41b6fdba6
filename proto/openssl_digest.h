#pragma once

#include <openssl/types.h>

#include "proto/algorithm.h"

namespace signet {

/// OpenSSL's implementation of a hash, fetched once per process (a fetch costs as much as hashing a signing input);
/// nullptr for Hash::none. Throws std::bad_alloc where OpenSSL has none, which only a process without memory or with a
/// broken OpenSSL configuration meets. Any thread.
const EVP_MD* openssl_digest(Hash hash);

}  // namespace signet
