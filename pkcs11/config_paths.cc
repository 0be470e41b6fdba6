#include "pkcs11/config_paths.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <unistd.h>

#include <fmt/format.h>

#include "pkcs11/pin.h"

namespace signet::pkcs11 {
namespace {

std::string directory_of(const std::string& path) { return std::filesystem::path(path).parent_path().string(); }

class PathChecks {
 public:
  explicit PathChecks(std::string file) : file_(std::move(file)) {}

  void readable_file(const char* option, const std::string& path, std::string_view mend) {
    if (path.empty()) return;
    if (::access(path.c_str(), R_OK) != 0) return add(option, path, std::strerror(errno), mend);
    if (std::error_code ignored; !std::filesystem::is_regular_file(path, ignored))
      add(option, path, "Not a regular file", mend);
  }
  void directory(const char* option, const std::string& path, int access, std::string_view mend) {
    if (path.empty()) return;
    if (::access(path.c_str(), access) != 0) return add(option, path, std::strerror(errno), mend);
    if (std::error_code ignored; !std::filesystem::is_directory(path, ignored))
      add(option, path, "Not a directory", mend);
  }
  void add(const char* option, std::string message) {
    problems_.push_back({.file = file_, .line = 0, .option = option, .message = std::move(message)});
  }
  std::vector<ConfigProblem> take() { return std::move(problems_); }

 private:
  void add(const char* option, const std::string& path, std::string_view reason, std::string_view mend) {
    add(option, fmt::format("{}: {}; {}", path, reason, mend));
  }

  std::string file_;
  std::vector<ConfigProblem> problems_{};
};

}  // namespace

std::vector<ConfigProblem> check_config_paths(const std::string& file, const TokenConfig& config,
                                              const std::string& credentials_directory) {
  PathChecks checks(file);
  checks.readable_file("module", config.module.path, "install the vendor's PKCS#11 library or correct the path");
  checks.readable_file("pin-file", config.pin_file, "write the PIN into it, for the service's user alone (mode 0600)");
  if (auto exposure = pin_exposure(config, credentials_directory)) checks.add("pin-file", std::move(*exposure));
  checks.directory("state-dir", config.state_dir, W_OK | X_OK,
                   "create it for the service's user (systemd: StateDirectory=)");
  // Not to write in: under systemd the socket is made by another user.
  checks.directory("socket", directory_of(config.socket), X_OK, "create this directory (systemd: RuntimeDirectory=)");
  return checks.take();
}

}  // namespace signet::pkcs11
