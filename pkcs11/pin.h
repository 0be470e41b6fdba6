#pragma once

#include <string>

#include "host/secret.h"
#include "pkcs11/token_config.h"

namespace signet::pkcs11 {

inline constexpr std::size_t kMaxPinBytes = 256;

/// The user PIN from the configuration's pin-file, else from the file "pin" in the directory of systemd credentials
/// (empty: none was handed over). Errors: bad_configuration (neither is there), io_failure, bad_input. Any thread.
Result<host::Secret> read_pin(const TokenConfig& config, const std::string& credentials_directory);

}  // namespace signet::pkcs11
