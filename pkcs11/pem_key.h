#pragma once

#include "pkcs11/private_key.h"
#include "proto/openssl_handles.h"

namespace signet::pkcs11 {

/// The OpenSSL key of PrivateKey::from_pem, unchecked. Same errors. One thread.
Result<EvpKey> decode_pem_key(BytesView pem, const PrivateKey::AskPassphrase& ask);

}  // namespace signet::pkcs11
