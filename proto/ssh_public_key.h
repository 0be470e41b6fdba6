#pragma once

#include <string>
#include <string_view>

#include "proto/public_key.h"

namespace signet {

/// "ssh-ed25519 AAAA… comment": the public key as OpenSSH and many services' upload forms want it (RFC 4253
/// section 6.6, RFC 5656 section 3.1, RFC 8709 section 4), without a line feed. Any thread.
std::string ssh_public_key(const PublicKey& key, std::string_view comment);

}  // namespace signet
