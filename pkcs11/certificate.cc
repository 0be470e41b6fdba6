#include "pkcs11/certificate.h"

#include <array>

#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

namespace signet::pkcs11 {
namespace {

using Certificate = std::unique_ptr<X509, FreeWith<X509_free>>;

/// RFC 5280 section 4.1.2.2: positive, not zero, at most 20 octets; 127 random bits and the lowest one set.
constexpr std::size_t kSerialBytes = 16;

bool set_serial(X509* certificate) {
  std::array<unsigned char, kSerialBytes> random{};
  if (RAND_bytes(random.data(), static_cast<int>(random.size())) != 1) return false;
  random.front() &= 0x7f;
  random.back() |= 1;
  const BigNumber number(BN_bin2bn(random.data(), static_cast<int>(random.size()), nullptr));
  return number && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

bool set_validity(X509* certificate, Validity validity) {
  std::time_t from = std::chrono::system_clock::to_time_t(validity.from);
  return X509_time_adj_ex(X509_getm_notBefore(certificate), 0, 0, &from) != nullptr &&
         X509_time_adj_ex(X509_getm_notAfter(certificate), validity.days, 0, &from) != nullptr;
}

bool add_extension(X509* certificate, int nid, const std::string& value) {
  const auto extension = x509_extension(nid, value, certificate);
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool add_extensions(X509* certificate, const CertificateSubject& subject) {
  return add_extension(certificate, NID_basic_constraints, "critical,CA:FALSE") &&
         add_extension(certificate, NID_key_usage, "critical,digitalSignature") &&
         add_extension(certificate, NID_subject_key_identifier, "hash") &&
         (subject.dns_names.empty() ||
          add_extension(certificate, NID_subject_alt_name, subject_alt_names(subject.dns_names)));
}

bool fill(X509* certificate, X509_NAME* name, EVP_PKEY* public_key, const CertificateSubject& subject,
          Validity validity) {
  return X509_set_version(certificate, X509_VERSION_3) == 1 && set_serial(certificate) &&
         set_validity(certificate, validity) && X509_set_subject_name(certificate, name) == 1 &&
         X509_set_issuer_name(certificate, name) == 1 && X509_set_pubkey(certificate, public_key) == 1 &&
         add_extensions(certificate, subject);
}

}  // namespace

Result<std::string> make_self_signed_certificate(const CertificateKey& key, const CertificateSubject& subject,
                                                 Validity validity) {
  SIGNET_TRY_ASSIGN(const X509Name name, x509_name(subject.name));
  SIGNET_TRY_ASSIGN(const EvpKey public_key, public_evp_key(*key.key.public_key));
  const Certificate certificate(X509_new());
  if (!certificate || !fill(certificate.get(), name.get(), public_key.get(), subject, validity))
    return openssl_failure("the certificate cannot be put together");
  SIGNET_TRY(sign_and_verify(
      key, [&](EVP_MD_CTX* signing) { return X509_sign_ctx(certificate.get(), signing) > 0; },
      [&](EVP_PKEY* verifier) { return X509_verify(certificate.get(), verifier) == 1; }));
  return pem_text([&](BIO* out) { return PEM_write_bio_X509(out, certificate.get()) == 1; });
}

}  // namespace signet::pkcs11
