#include "proto/x509_certificate.h"

#include <array>
#include <ctime>
#include <memory>
#include <optional>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "proto/base64url.h"
#include "proto/openssl_handles.h"
#include "proto/sha256.h"

namespace signet {
namespace {

using Handle = std::unique_ptr<X509, FreeWith<X509_free>>;

constexpr std::size_t kMaxBytes = 16UL * 1024;
constexpr std::size_t kSha1Bytes = 20;

Unexpected<Error> refused(std::string message) {
  ERR_clear_error();
  return Unexpected(Error{.code = ErrorCode::bad_input, .message = std::move(message)});
}

Result<Bytes> spki_of(const X509& certificate) {
  X509_PUBKEY* key = X509_get_X509_PUBKEY(&certificate);
  const int length = i2d_X509_PUBKEY(key, nullptr);
  if (length <= 0) return refused("the certificate has no public key");
  Bytes der(static_cast<std::size_t>(length));
  unsigned char* position = writable_octets(der);
  i2d_X509_PUBKEY(key, &position);
  return der;
}

std::optional<std::chrono::sys_seconds> time_of(const ASN1_TIME* time) {
  std::tm fields{};
  if (ASN1_TIME_to_tm(time, &fields) != 1) return std::nullopt;
  return std::chrono::sys_seconds(std::chrono::seconds(timegm(&fields)));
}

}  // namespace

Result<X509Certificate> X509Certificate::from_der(BytesView der) {
  const unsigned char* position = octets(der);
  const Handle certificate(d2i_X509(nullptr, &position, static_cast<long>(der.size())));
  if (!certificate) return refused("it is no X.509 certificate in DER");
  const auto length = static_cast<std::size_t>(position - octets(der));
  if (length > kMaxBytes) return refused("the certificate is longer than 16 KiB");
  const auto not_before = time_of(X509_get0_notBefore(certificate.get()));
  const auto not_after = time_of(X509_get0_notAfter(certificate.get()));
  if (!not_before || !not_after) return refused("the certificate's validity has a date that is none");
  SIGNET_TRY_ASSIGN(const Bytes spki, spki_of(*certificate));
  SIGNET_TRY_ASSIGN(PublicKey key, PublicKey::from_spki(spki));
  X509Certificate read(to_bytes(der.first(length)), std::move(key));
  read.not_before_ = *not_before;
  read.not_after_ = *not_after;
  return read;
}

std::string X509Certificate::sha1_thumbprint() const {
  std::array<std::byte, kSha1Bytes> digest{};
  if (EVP_Q_digest(nullptr, "SHA1", nullptr, der_.data(), der_.size(), writable_octets(digest), nullptr) == 1)
    return base64url_encode(digest);
  ERR_clear_error();
  return {};
}

std::string X509Certificate::sha256_thumbprint() const { return base64url_encode(sha256(der_)); }

}  // namespace signet
