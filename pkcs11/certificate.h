#pragma once

#include <chrono>

#include "pkcs11/certificate_signing.h"

namespace signet::pkcs11 {

/// How long a certificate is valid.
struct Validity {
  std::chrono::system_clock::time_point from;
  int days;  ///< from 1 on
};

/// A self-signed X.509 certificate (RFC 5280) of an end entity in PEM, signed by the token and verified: a random
/// serial number, keyUsage digitalSignature, no CA. The key has passed check_certificate_key and has its EVP_PKEY.
/// Errors: bad_input (the name), token_failure, internal. Blocks in the module; one thread per session.
Result<std::string> make_self_signed_certificate(const CertificateKey& key, const CertificateSubject& subject,
                                                 Validity validity);

}  // namespace signet::pkcs11
