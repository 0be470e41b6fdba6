// CKA_VALUE of a certificate object, as the source of a public key and of the octets that a thumbprint is made of.
#include <algorithm>
#include <memory>

#include <openssl/err.h>
#include <openssl/x509.h>

#include "pkcs11/public_key_source.h"
#include "tests/fuzz/check_input.h"
#include "tests/fuzz/expect.h"
#include "tests/fuzz/public_key_promises.h"

namespace signet::fuzz {
namespace {

Bytes number(CK_ULONG value) { return to_bytes(std::as_bytes(std::span(&value, 1))); }

struct FreeX509 {
  void operator()(X509* certificate) const { X509_free(certificate); }
};
struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};

/// Is it the key that OpenSSL sees in the certificate?
bool is_key_of(BytesView certificate_der, const PublicKey& key) {
  const unsigned char* position = octets(certificate_der);
  const std::unique_ptr<X509, FreeX509> certificate(
      d2i_X509(nullptr, &position, static_cast<long>(certificate_der.size())));
  position = octets(key.spki());
  const std::unique_ptr<EVP_PKEY, FreeKey> ours(d2i_PUBKEY(nullptr, &position, static_cast<long>(key.spki().size())));
  return certificate && ours && EVP_PKEY_eq(X509_get0_pubkey(certificate.get()), ours.get()) == 1;
}

}  // namespace

void check_input(BytesView input) {
  pkcs11::Attributes attributes;
  attributes.set(CKA_VALUE, to_bytes(input));
  expect(!pkcs11::certificate_of_object(attributes), "a certificate that does not say it is X.509 is not read");
  attributes.set(CKA_CERTIFICATE_TYPE, number(CKC_X_509));
  const auto certificate = pkcs11::certificate_of_object(attributes);
  expect(ERR_peek_error() == 0, "no error of OpenSSL is left for somebody else to find");
  if (!certificate) return;
  check_public_key(certificate->public_key());
  expect(is_key_of(input, certificate->public_key()), "the certificate's key is the one OpenSSL sees in it");
  expect(std::ranges::equal(certificate->der(), input.first(certificate->der().size())),
         "a certificate's octets are those of the object, from the first on");
  const auto again = X509Certificate::from_der(certificate->der());
  expect(again && again->sha256_thumbprint() == certificate->sha256_thumbprint(),
         "what is left of a certificate is one, with the same thumbprint");
}

}  // namespace signet::fuzz
