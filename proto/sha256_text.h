#pragma once

#include <optional>
#include <string_view>

#include "proto/sha256.h"

namespace signet {

/// What hex() made of a digest, read back: exactly 64 lower-case hexadecimal digits; nothing for any other text. Any
/// thread.
std::optional<Sha256Digest> sha256_from_hex(std::string_view text);

}  // namespace signet
