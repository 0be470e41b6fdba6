#pragma once

#include <optional>
#include <string>

#include "proto/public_key.h"
#include "proto/result.h"
#include "proto/sha256.h"
#include "proto/x509_certificate.h"

namespace signet::rules {

struct JwtPlan;

/// What a JWT may say of its own key: known only once the token has shown the key, and its certificate. Each is the
/// text that stands in the JWT; absent: not known, or the token has none.
struct KeyFacts {
  std::optional<std::string> spki_sha256{};         ///< ${key.spki-sha256}: base64 with padding
  std::optional<std::string> thumbprint{};          ///< ${key.thumbprint}: RFC 7638 with SHA-256, base64url
  std::optional<std::string> certificate_sha256{};  ///< ${certificate.sha256}: of the DER, base64url, as x5t#S256
  std::optional<std::string> certificate_sha1{};    ///< ${certificate.sha1}: of the DER, base64url, as x5t
};

/// What follows from the public key: its hash is known with the pin, the key itself and its certificate perhaps later.
/// Any thread.
KeyFacts facts_of(const Sha256Digest& spki_sha256, const std::optional<PublicKey>& public_key,
                  const std::optional<X509Certificate>& certificate);

/// Does this JWT speak of its key? Then fill_key_facts must come before cache_key and fill_times. Any thread.
bool needs_key_facts(const JwtPlan& plan);

/// Puts the facts into header, claims and `kid` where the profile has them. Error token_unavailable where one of them
/// is not known, where the message says which; what was filled in stays, and it may be called again. Any thread.
Result<void> fill_key_facts(JwtPlan& plan, const KeyFacts& facts);

}  // namespace signet::rules
