#include "pkcs11/certificate_request.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>

namespace signet::pkcs11 {
namespace {

using Request = std::unique_ptr<X509_REQ, FreeWith<X509_REQ_free>>;

void free_extensions(STACK_OF(X509_EXTENSION) * extensions) {
  sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
}
using Extensions = std::unique_ptr<STACK_OF(X509_EXTENSION), FreeWith<free_extensions>>;

// The extensionRequest attribute of RFC 2985 section 5.4.2.
bool add_dns_names(X509_REQ* request, const std::vector<std::string>& dns_names) {
  if (dns_names.empty()) return true;
  auto extension = x509_extension(NID_subject_alt_name, subject_alt_names(dns_names));
  const Extensions extensions(sk_X509_EXTENSION_new_null());
  if (!extension || !extensions || sk_X509_EXTENSION_push(extensions.get(), extension.get()) <= 0) return false;
  static_cast<void>(extension.release());
  return X509_REQ_add_extensions(request, extensions.get()) == 1;
}

bool fill(X509_REQ* request, X509_NAME* name, EVP_PKEY* public_key, const CertificateSubject& subject) {
  return X509_REQ_set_version(request, X509_REQ_VERSION_1) == 1 && X509_REQ_set_subject_name(request, name) == 1 &&
         X509_REQ_set_pubkey(request, public_key) == 1 && add_dns_names(request, subject.dns_names);
}

}  // namespace

Result<std::string> make_certificate_request(const CertificateKey& key, const CertificateSubject& subject) {
  SIGNET_TRY_ASSIGN(const X509Name name, x509_name(subject.name));
  SIGNET_TRY_ASSIGN(const EvpKey public_key, public_evp_key(*key.key.public_key));
  const Request request(X509_REQ_new());
  if (!request || !fill(request.get(), name.get(), public_key.get(), subject))
    return openssl_failure("the request cannot be put together");
  SIGNET_TRY(sign_and_verify(
      key, [&](EVP_MD_CTX* signing) { return X509_REQ_sign_ctx(request.get(), signing) > 0; },
      [&](EVP_PKEY* verifier) { return X509_REQ_verify(request.get(), verifier) == 1; }));
  return pem_text([&](BIO* out) { return PEM_write_bio_X509_REQ(out, request.get()) == 1; });
}

}  // namespace signet::pkcs11
