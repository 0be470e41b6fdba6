#include "pkcs11/pin.h"

#include <algorithm>
#include <sys/stat.h>

#include <fmt/format.h>

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

std::optional<std::string> pin_exposure(const TokenConfig& config, const std::string& credentials_directory) {
  const std::string& path = config.pin_file;
  if (!credentials_directory.empty() && path.starts_with(credentials_directory + "/")) return std::nullopt;
  struct stat status {};
  if (path.empty() || ::stat(path.c_str(), &status) != 0) return std::nullopt;
  constexpr mode_t kOthers = 0077;
  if (!S_ISREG(status.st_mode) || (status.st_mode & kOthers) == 0) return std::nullopt;
  return fmt::format(
      "{}: its mode {:04o} lets others than its owner at the PIN; make the service's user its owner, and "
      "its mode 0600",
      path, status.st_mode & 07777U);
}

}  // namespace signet::pkcs11
