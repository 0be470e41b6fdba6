#include "cli/signet-admin/secret_entry.h"

#include <algorithm>

#include <fmt/format.h>

#include "pkcs11/pin.h"

namespace signet::admin {
namespace {

Done<host::Secret> done(Result<host::Secret> secret) {
  if (!secret) return Unexpected(failure_of(secret.error()));
  // Libraries that take a secret as a C string would cut it there.
  if (std::ranges::count(secret->bytes(), std::byte{0}) != 0)
    return Unexpected(usage_failure("A PIN or passphrase with a NUL octet is not taken; give it without one."));
  return std::move(*secret);
}

Done<host::Secret> ask(const std::string& prompt) { return done(host::ask_secret(prompt, pkcs11::kMaxPinBytes)); }

}  // namespace

Done<host::Secret> read_or_ask(const std::optional<int>& descriptor, const std::string& prompt) {
  return descriptor ? done(host::read_secret_descriptor(*descriptor, pkcs11::kMaxPinBytes)) : ask(prompt);
}

Done<host::Secret> read_or_ask_twice(const std::optional<int>& descriptor, const std::string& what) {
  if (descriptor) return read_or_ask(descriptor, "");
  SIGNET_TRY_ASSIGN(auto first, ask(fmt::format("New {}: ", what)));
  SIGNET_TRY_ASSIGN(const auto second, ask("The same again: "));
  if (!std::ranges::equal(first.bytes(), second.bytes()))
    return Unexpected(Failure{ExitCode::failure, "The two entries differ; nothing was changed."});
  return first;
}

}  // namespace signet::admin
