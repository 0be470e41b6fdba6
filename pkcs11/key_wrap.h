#pragma once

#include "host/secret.h"
#include "proto/bytes.h"
#include "proto/public_key.h"

// The outside half of C_UnwrapKey: a key enciphered in this process, deciphered in the token. Any thread.
namespace signet::pkcs11 {

inline constexpr std::size_t kWrappingKeyBytes = 32;

/// A random AES-256 key. Error internal.
Result<host::Secret> make_wrapping_key();
/// AES key wrap with padding (RFC 5649, CKM_AES_KEY_WRAP_PAD). Error internal.
Result<Bytes> aes_wrap_pad(const host::Secret& wrapping_key, BytesView plain);
/// RSA-OAEP of a fresh AES-256 key, then the plain octets under that key by AES key wrap with padding: what
/// CKM_RSA_AES_KEY_WRAP takes (PKCS#11 2.40 section 2.1.21), with SHA-256 and MGF1 of SHA-256. Error internal.
Result<Bytes> rsa_aes_wrap(const PublicKey& wrapping_key, BytesView plain);

}  // namespace signet::pkcs11
