#pragma once

#include <optional>
#include <string>

#include "cli/signet-admin/arguments.h"
#include "pkcs11/token_key.h"

// Each gives what goes to stdout. Main thread; blocks in the module.
namespace signet::admin {

/// A command that was carried out, though perhaps not to its end.
struct Outcome {
  std::string text{};                ///< for stdout
  std::optional<Failure> failure{};  ///< what was left undone; told after the text
};

Done<Outcome> import_key(const Invocation& invocation);
Done<Outcome> generate_key(const Invocation& invocation);
Done<std::string> list_keys(const Invocation& invocation, bool colour);
Done<std::string> show_key(const Invocation& invocation, bool colour);

/// Every private key of the token the session is logged in to. Failures: failure.
Done<std::vector<pkcs11::TokenKey>> keys_of(const pkcs11::Session& session, CK_SLOT_ID slot);

/// The one key that a label, an id in hexadecimal or a PKCS#11 URI names. Failures: failure. Pure.
Done<pkcs11::TokenKey> choose_key(const std::vector<pkcs11::TokenKey>& keys, const std::string& name);

}  // namespace signet::admin
