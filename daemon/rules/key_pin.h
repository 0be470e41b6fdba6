#pragma once

#include <string_view>

#include "daemon/rules/key_config.h"
#include "proto/algorithm.h"
#include "proto/result.h"

namespace signet::rules {

/// Reads `public-key`: "sha256:" and 64 hexadecimal digits, or "spki:" and the base64 (RFC 4648 section 4) of a DER
/// SubjectPublicKeyInfo. Error bad_input, message completes "public-key: …". Any thread.
Result<PublicKeyPin> parse_pin(std::string_view text);

/// A whole public key must be able to verify what the key will sign; a hash alone says nothing. Error bad_input. Any
/// thread.
Result<void> check_pin_fits(const PublicKeyPin& pin, Algorithm algorithm);

}  // namespace signet::rules
