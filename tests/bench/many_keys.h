#pragma once

#include <cstdint>
#include <string>

#include "tests/bench/raw_token.h"

namespace signet::bench {

/// The label of the n-th key that make_keys made, from 1.
std::string many_keys_label(std::uint32_t number);

/// C_GenerateKeyPair on P-256 for the keys from number `first` to `last`, by one process and one login, with CKA_ID
/// from the number. Blocks; errors: as the module gives them.
Result<void> make_keys(const TokenName& name, BytesView pin, std::uint32_t first, std::uint32_t last);

}  // namespace signet::bench
