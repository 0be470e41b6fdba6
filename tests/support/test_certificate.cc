#include "tests/support/test_certificate.h"

#include <ctime>
#include <memory>
#include <stdexcept>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "proto/openssl_handles.h"

namespace signet::test {
namespace {

using Handle = std::unique_ptr<X509, FreeWith<X509_free>>;

void need(bool good) {
  if (!good) throw std::runtime_error("OpenSSL makes no certificate for a test");
}

EvpKey evp_key(const PublicKey& key) {
  const unsigned char* position = octets(key.spki());
  return EvpKey(d2i_PUBKEY(nullptr, &position, static_cast<long>(key.spki().size())));
}

void set_name(X509* certificate) {
  const std::unique_ptr<X509_NAME, FreeWith<X509_NAME_free>> name(X509_NAME_new());
  need(name && X509_NAME_add_entry_by_txt(name.get(), "CN", MBSTRING_ASC,
                                          reinterpret_cast<const unsigned char*>("test"), -1, -1, 0) == 1);
  need(X509_set_subject_name(certificate, name.get()) == 1 && X509_set_issuer_name(certificate, name.get()) == 1);
}

void set_times(X509* certificate, CertifiedTime time) {
  const std::time_t from = std::chrono::system_clock::to_time_t(time.from);
  const std::time_t to = std::chrono::system_clock::to_time_t(time.to);
  need(ASN1_TIME_set(X509_getm_notBefore(certificate), from) != nullptr &&
       ASN1_TIME_set(X509_getm_notAfter(certificate), to) != nullptr);
  // Unlike any other of the same issuer.
  need(ASN1_INTEGER_set_int64(X509_get_serialNumber(certificate), from) == 1);
}

Bytes der_of(const X509* certificate) {
  unsigned char* der = nullptr;
  const int length = i2d_X509(certificate, &der);
  need(length > 0);
  Bytes octets = to_bytes(std::as_bytes(std::span(der, static_cast<std::size_t>(length))));
  OPENSSL_free(der);
  return octets;
}

}  // namespace

CertifiedTime valid_now() {
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  return {now - std::chrono::hours(1), now + std::chrono::hours(24)};
}

Bytes certificate_for(const PublicKey& key, CertifiedTime time) {
  const Handle certificate(X509_new());
  const EvpKey signer(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
  const EvpKey certified = evp_key(key);
  need(certificate && signer && certified);
  set_name(certificate.get());
  set_times(certificate.get(), time);
  need(X509_set_version(certificate.get(), X509_VERSION_3) == 1 &&
       X509_set_pubkey(certificate.get(), certified.get()) == 1 &&
       X509_sign(certificate.get(), signer.get(), EVP_sha256()) > 0);
  return der_of(certificate.get());
}

}  // namespace signet::test
