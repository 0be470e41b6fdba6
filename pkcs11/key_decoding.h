#pragma once

#include "pkcs11/private_key.h"
#include "proto/openssl_handles.h"

namespace signet::pkcs11 {

/// The OpenSSL key of PrivateKey::from_file, unchecked. Same errors. One thread.
Result<EvpKey> decode_key(BytesView file, const PrivateKey::AskPassphrase& ask);

}  // namespace signet::pkcs11
