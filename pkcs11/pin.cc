#include "pkcs11/pin.h"

namespace signet::pkcs11 {

Result<host::Secret> read_pin(const TokenConfig& config, const std::string& credentials_directory) {
  if (!config.pin_file.empty()) return host::read_secret_file(config.pin_file, kMaxPinBytes);
  if (!credentials_directory.empty()) return host::read_secret_file(credentials_directory + "/pin", kMaxPinBytes);
  return Unexpected(
      Error{.code = ErrorCode::bad_configuration,
            .message = "no PIN is configured; the operator must write pin-file, or hand over the credential \"pin\""});
}

}  // namespace signet::pkcs11
