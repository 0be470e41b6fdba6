#pragma once

#include <string>
#include <vector>

#include "pkcs11/token_config.h"

namespace signet::pkcs11 {

/// signet-token from its configuration to its end: sockets, threads, signals. `configuration` has no problems and lives
/// as long as the process; its text and `arguments`, which is argv, are handed on at re-execution.
/// Gives the exit status where it cannot start; once it serves, it leaves the process by _exit, because the exit
/// handlers of PKCS#11 modules and of OpenSSL must not run while a call is under way. Main thread, before any other.
int run_token_service(const TokenConfigReading& configuration, std::vector<std::string> arguments);

}  // namespace signet::pkcs11
