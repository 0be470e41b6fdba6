#pragma once

#include "pkcs11/session.h"
#include "pkcs11/token_key.h"

namespace signet::pkcs11 {

/// The certificate in a file: DER, or the first "CERTIFICATE" of a PEM text (RFC 7468 section 5), which in a chain is
/// that of the key itself. Error bad_input with the mend. Any thread.
Result<X509Certificate> read_certificate_file(BytesView file);

struct ImportedCertificate {
  TokenKey key;          ///< as listed again afterwards, the certificate among its own
  bool is_used = false;  ///< JWTs name this one from now on (choose_certificate)
};

/// Stores the certificate as an object beside the private key that it certifies, with that key's CKA_ID and label, and
/// reads it back. `session` is read-write and logged in. Errors: not_permitted (the token has it already),
/// bad_input (no private key on the token has this public half), token_failure. Blocks in the module; one thread per
/// session.
Result<ImportedCertificate> import_certificate(const Session& session, CK_SLOT_ID slot,
                                               const X509Certificate& certificate);

}  // namespace signet::pkcs11
