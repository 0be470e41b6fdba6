#pragma once

#include "proto/public_key.h"

namespace signet::fuzz {

/// What holds for every public key, wherever it came from.
void check_public_key(const PublicKey& key);

}  // namespace signet::fuzz
