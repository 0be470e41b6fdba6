#pragma once

#include <chrono>
#include <string>

#include "proto/bytes.h"
#include "proto/public_key.h"
#include "proto/result.h"

namespace signet {

/// What a JOSE header and we ourselves want to know of an X.509 certificate. Neither its signature nor a chain is
/// looked at: whoever gets the JWT trusts the certificate or does not. Immutable; any thread.
class X509Certificate {
 public:
  /// From DER (RFC 5280 section 4.1); octets behind it, with which some tokens fill their objects up, are left out.
  /// Error bad_input: no certificate, more than 16 KiB, a key as PublicKey refuses it, a date that is none.
  static Result<X509Certificate> from_der(BytesView der);

  const Bytes& der() const { return der_; }
  const PublicKey& public_key() const { return public_key_; }
  std::chrono::sys_seconds not_before() const { return not_before_; }
  std::chrono::sys_seconds not_after() const { return not_after_; }
  /// Both ends are part of the time (RFC 5280 section 4.1.2.5).
  bool is_valid_at(std::chrono::sys_seconds time) const { return not_before_ <= time && time <= not_after_; }

  /// `x5t` (RFC 7515 section 4.1.7): base64url of the SHA-1 of the DER. Empty where OpenSSL is configured without
  /// SHA-1.
  std::string sha1_thumbprint() const;
  /// `x5t#S256` (RFC 7515 section 4.1.8).
  std::string sha256_thumbprint() const;

 private:
  X509Certificate(Bytes der, PublicKey public_key) : der_(std::move(der)), public_key_(std::move(public_key)) {}

  Bytes der_;
  PublicKey public_key_;
  std::chrono::sys_seconds not_before_{};
  std::chrono::sys_seconds not_after_{};
};

}  // namespace signet
