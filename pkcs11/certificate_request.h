#pragma once

#include "pkcs11/certificate_signing.h"

namespace signet::pkcs11 {

/// A PKCS#10 request (RFC 2986) in PEM, signed by the token and verified. The key has passed check_certificate_key and
/// has its EVP_PKEY. Errors: bad_input (the name), token_failure, internal. Blocks in the module; one thread per
/// session.
Result<std::string> make_certificate_request(const CertificateKey& key, const CertificateSubject& subject);

}  // namespace signet::pkcs11
