#pragma once

#include "proto/public_key.h"
#include "proto/result.h"

namespace signet::pkcs11 {

/// Refuses RSA keys that are known to be weak whatever their length: a public exponent under 65537 (FIPS 186-5 section
/// A.1.1 wants more than 2^16), and a modulus as Infineon's RSALib made them, which is factored by its form ("ROCA",
/// CVE-2017-15361: Nemec and others, The Return of Coppersmith's Attack, 2017). Other types of key pass. Error
/// bad_input with the mend. Any thread.
Result<void> check_rsa_strength(const PublicKey& key);

}  // namespace signet::pkcs11
