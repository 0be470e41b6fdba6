#pragma once

#include <optional>
#include <string>

#include "cli/signet-admin/failure.h"
#include "host/secret.h"

// Secrets come from a descriptor or from the terminal without echo; one with a NUL octet is a usage error. Main thread.
namespace signet::admin {

/// A secret that exists: a PIN of a token, the passphrase of a file.
Done<host::Secret> read_or_ask(const std::optional<int>& descriptor, const std::string& prompt);
/// A PIN that is to be set: asked for twice on a terminal. Failure where the two differ.
Done<host::Secret> read_or_ask_twice(const std::optional<int>& descriptor, const std::string& what);

}  // namespace signet::admin
