#pragma once

#include <array>
#include <string>

#include "proto/algorithm.h"
#include "proto/bytes.h"

namespace signet {

using Sha256Digest = std::array<std::byte, 32>;

/// SHA-256 (FIPS 180-4) of the octets. Any thread.
Sha256Digest sha256(BytesView bytes);
/// The digest an algorithm signs, of the message; for Hash::none the message itself. Any thread.
Bytes hash_message(Hash hash, BytesView message);
/// Lower-case hexadecimal. Any thread.
std::string hex(BytesView bytes);

}  // namespace signet
