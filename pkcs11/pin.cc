#include "pkcs11/pin.h"

#include <algorithm>

namespace signet::pkcs11 {

namespace {

// Modules that take it as a C string would try another PIN than the one that is written there.
Result<host::Secret> read_without_nul(const std::string& path) {
  SIGNET_TRY_ASSIGN(auto pin, host::read_secret_file(path, kMaxPinBytes));
  if (std::ranges::count(pin.bytes(), std::byte{0}) == 0) return pin;
  return Unexpected(Error{.code = ErrorCode::bad_input,
                          .message = "the PIN has a NUL octet, with which it is not tried; the operator must write it "
                                     "without one",
                          .detail = path});
}

}  // namespace

Result<host::Secret> read_pin(const TokenConfig& config, const std::string& credentials_directory) {
  if (!config.pin_file.empty()) return read_without_nul(config.pin_file);
  if (!credentials_directory.empty()) return read_without_nul(credentials_directory + "/pin");
  return Unexpected(
      Error{.code = ErrorCode::bad_configuration,
            .message = "no PIN is configured; the operator must write pin-file, or hand over the credential \"pin\""});
}

}  // namespace signet::pkcs11
