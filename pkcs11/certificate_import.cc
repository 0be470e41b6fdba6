#include "pkcs11/certificate_import.h"

#include <algorithm>

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "pkcs11/key_certificates.h"
#include "pkcs11/key_template.h"
#include "pkcs11/mechanisms.h"
#include "pkcs11/object_listing.h"
#include "proto/openssl_handles.h"

namespace signet::pkcs11 {
namespace {

using X509Handle = std::unique_ptr<X509, FreeWith<X509_free>>;

Unexpected<Error> refused(ErrorCode code, std::string message) {
  return Unexpected(Error{.code = code, .message = std::move(message)});
}

/// What `encode` (an i2d function) writes for a part of a certificate.
template <class Part>
Bytes der_of(const Part* part, int (*encode)(const Part*, unsigned char**)) {
  unsigned char* der = nullptr;
  const int length = encode(part, &der);
  if (length <= 0) return {};
  Bytes bytes = to_bytes(std::as_bytes(std::span(der, static_cast<std::size_t>(length))));
  OPENSSL_free(der);
  return bytes;
}

// PKCS#11 2.40 section 4.6.3: subject, issuer and serial number in DER; CKA_ID as of the key.
Template certificate_template(const X509Certificate& certificate, const TokenKey& key) {
  const unsigned char* position = octets(certificate.der());
  const X509Handle x509(d2i_X509(nullptr, &position, static_cast<long>(certificate.der().size())));
  Template attributes;
  attributes.number(CKA_CLASS, CKO_CERTIFICATE).number(CKA_CERTIFICATE_TYPE, CKC_X_509);
  attributes.flag(CKA_TOKEN, true).flag(CKA_PRIVATE, false);
  attributes.bytes(CKA_LABEL, bytes_of(key.label)).bytes(CKA_ID, key.id);
  if (x509) {
    attributes.bytes(CKA_SUBJECT, der_of(X509_get_subject_name(x509.get()), i2d_X509_NAME));
    attributes.bytes(CKA_ISSUER, der_of(X509_get_issuer_name(x509.get()), i2d_X509_NAME));
    attributes.bytes(CKA_SERIAL_NUMBER, der_of(X509_get0_serialNumber(x509.get()), i2d_ASN1_INTEGER));
  }
  attributes.bytes(CKA_VALUE, certificate.der());
  return attributes;
}

Result<std::vector<TokenKey>> keys_on(const Session& session, CK_SLOT_ID slot) {
  constexpr const char* kNoListing = "the token does not list its keys; try again, or ask its vendor";
  const auto mechanisms = signing_mechanisms(session.functions(), slot);
  if (!mechanisms) return Unexpected(token_error(mechanisms.error(), kNoListing));
  auto keys = list_keys(session, *mechanisms);
  if (!keys) return Unexpected(token_error(keys.error(), kNoListing));
  return std::move(*keys);
}

bool is_of(const X509Certificate& certificate, const TokenKey& key) {
  return key.public_key && key.public_key->spki_sha256() == certificate.public_key().spki_sha256();
}

bool has(const TokenKey& key, const X509Certificate& certificate) {
  return std::ranges::any_of(key.certificates,
                             [&](const X509Certificate& each) { return each.der() == certificate.der(); });
}

Result<TokenKey> key_of(const X509Certificate& certificate, const Session& session, CK_SLOT_ID slot) {
  SIGNET_TRY_ASSIGN(auto keys, keys_on(session, slot));
  const auto found = std::ranges::find_if(keys, [&](const TokenKey& key) { return is_of(certificate, key); });
  if (found != keys.end()) return std::move(*found);
  return refused(ErrorCode::bad_input,
                 "no private key on the token has the public half that this certificate is for; name the certificate "
                 "of one of its keys, or the token that has the key");
}

std::chrono::sys_seconds now() { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()); }

}  // namespace

Result<X509Certificate> read_certificate_file(BytesView file) {
  if (auto certificate = X509Certificate::from_der(file)) return certificate;
  const Bio text(BIO_new_mem_buf(file.data(), static_cast<int>(file.size())));
  const X509Handle x509(text ? PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr) : nullptr);
  ERR_clear_error();
  if (!x509)
    return refused(ErrorCode::bad_input,
                   "the file is no certificate in PEM (-----BEGIN CERTIFICATE-----) or DER; name the one that the "
                   "service or your authority gave you");
  return X509Certificate::from_der(der_of(static_cast<const X509*>(x509.get()), i2d_X509));
}

Result<ImportedCertificate> import_certificate(const Session& session, CK_SLOT_ID slot,
                                               const X509Certificate& certificate) {
  SIGNET_TRY_ASSIGN(const auto key, key_of(certificate, session, slot));
  if (has(key, certificate))
    return refused(
        ErrorCode::not_permitted,
        fmt::format("the token has this certificate already, for the key \"{}\"; nothing was changed", key.label));
  auto attributes = certificate_template(certificate, key);
  CK_OBJECT_HANDLE handle = 0;
  const auto created = check(
      "C_CreateObject",
      session.functions().C_CreateObject(session.handle(), attributes.attributes().data(), attributes.size(), &handle));
  if (!created)
    return Unexpected(token_error(created.error(), "the token does not take the certificate; ask its vendor"));
  SIGNET_TRY_ASSIGN(auto again, key_of(certificate, session, slot));
  if (!has(again, certificate))
    return refused(ErrorCode::token_failure, "the token said yes, and does not show the certificate beside its key");
  const bool is_used = choose_certificate(again.certificates, now())->der() == certificate.der();
  return ImportedCertificate{std::move(again), is_used};
}

}  // namespace signet::pkcs11
