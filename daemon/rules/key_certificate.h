#pragma once

#include <optional>
#include <string>

#include "daemon/rules/claims.h"
#include "daemon/rules/key_config.h"
#include "proto/x509_certificate.h"

// What a key's certificate means for the key. Any thread.
namespace signet::rules {

/// Do this key's JWTs name its certificate: `${certificate.…}` in what its profile fixes?
bool names_certificate(const KeyPolicy& key);

struct CertificateVerdict {
  bool usable = true;
  std::string message{};  ///< one sentence that a client may see: why the key is not usable, or soon of no use
};

/// A key whose JWTs name a certificate cannot be used without one. With one that has expired, or is not valid yet, it
/// can: whether such a JWT is taken is for the service to say, which may know the thumbprint and nothing else.
CertificateVerdict judge_certificate(const KeyPolicy& key, const std::optional<X509Certificate>& certificate,
                                     WallTime now);

}  // namespace signet::rules
