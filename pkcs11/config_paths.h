#pragma once

#include "pkcs11/token_config.h"

namespace signet::pkcs11 {

/// What the configuration names and this machine, for this user, has not: the module's file, a pin-file to read that is
/// its owner's alone, a state-dir to write in, the socket's directory. For a check by hand: the service itself
/// starts all the same, since a module may come with a device or a mount, and says what is missing as its state.
/// Options that are not set are passed over. Any thread; reads the disk.
std::vector<ConfigProblem> check_config_paths(const std::string& file, const TokenConfig& config,
                                              const std::string& credentials_directory);

}  // namespace signet::pkcs11
