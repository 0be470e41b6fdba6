#pragma once

#include <functional>
#include <memory>
#include <string>

#include <openssl/x509.h>

#include "pkcs11/certificate_subject.h"
#include "pkcs11/token_evp_key.h"
#include "proto/openssl_handles.h"

// What a request for a certificate and a certificate have in common. One thread per session; sign_* block in the
// module.
namespace signet::pkcs11 {

enum class RsaPadding { pkcs1, pss };

/// A key of a token that certificates are made with, and the session it is good in. Everything outlives the value.
struct CertificateKey {
  const TokenKey& key;
  const Session& session;
  RsaPadding padding = RsaPadding::pkcs1;
};

/// ES256, ES384, ES512, EdDSA; RS256 or PS256. Pure.
Algorithm certificate_algorithm(KeyType type, RsaPadding padding);

/// Can certificates be made with this key at all: usable, with a public half that the token shows, and a mechanism for
/// its algorithm? Error bad_input, with the mend. Pure.
Result<void> check_certificate_key(const TokenKey& key, RsaPadding padding);

/// Signs by EVP_DigestSign through `sign` (X509_sign_ctx or X509_REQ_sign_ctx on the given context), then holds the
/// result against the key's public half by `verify`. Errors: token_failure (the token did not sign, or not with that
/// key), internal.
Result<void> sign_and_verify(const CertificateKey& key, const std::function<bool(EVP_MD_CTX*)>& sign,
                             const std::function<bool(EVP_PKEY*)>& verify);

/// The key's public half for OpenSSL's default provider. Error internal.
Result<EvpKey> public_evp_key(const PublicKey& key);

/// The distinguished name in OpenSSL's form. Error bad_input: an attribute is too long or has characters it cannot
/// have.
using X509Name = std::unique_ptr<X509_NAME, FreeWith<X509_NAME_free>>;
Result<X509Name> x509_name(const std::vector<NameAttribute>& name);

/// An extension by its NID and OpenSSL's text for it; nullptr where that is not understood.
using X509Extension = std::unique_ptr<X509_EXTENSION, FreeWith<X509_EXTENSION_free>>;
X509Extension x509_extension(int nid, const std::string& value, X509* certificate = nullptr);
/// "DNS:a,DNS:b"
std::string subject_alt_names(const std::vector<std::string>& dns_names);

/// Error internal, with OpenSSL's error queue, which is empty afterwards, as detail.
Unexpected<Error> openssl_failure(const char* what);

/// The PEM text that `write` puts into a BIO. Error internal.
Result<std::string> pem_text(const std::function<bool(BIO*)>& write);

}  // namespace signet::pkcs11
