#pragma once

#include <set>

#include "pkcs11/token_key.h"

namespace signet::fuzz {

/// What holds for every private key that was read from a token.
void check_token_key(const pkcs11::TokenKey& key, const std::set<CK_MECHANISM_TYPE>& mechanisms);

}  // namespace signet::fuzz
