#pragma once

#include <optional>
#include <string>

#include "host/secret.h"
#include "pkcs11/token_config.h"

namespace signet::pkcs11 {

inline constexpr std::size_t kMaxPinBytes = 256;

/// The user PIN from the configuration's pin-file, else from the file "pin" in the directory of systemd credentials
/// (empty: none was handed over). Errors: bad_configuration (neither is there), io_failure, bad_input. Any thread.
Result<host::Secret> read_pin(const TokenConfig& config, const std::string& credentials_directory);

/// What is wrong with who may read the PIN: nothing where pin-file is its owner's alone or not there, or where it is a
/// credential, whose mode systemd chooses. Any thread.
std::optional<std::string> pin_exposure(const TokenConfig& config, const std::string& credentials_directory);

}  // namespace signet::pkcs11
