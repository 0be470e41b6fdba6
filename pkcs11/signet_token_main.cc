#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include "pkcs11/token_config.h"
#include "pkcs11/token_program.h"

namespace {

constexpr int kUsageError = 2;
constexpr const char* kHelp =
    "usage: signet-token --config FILE [--check]\n"
    "\n"
    "Keeps one PKCS#11 token open and signs for signetd. Started by systemd as signet-token@NAME.service.\n"
    "\n"
    "  --config FILE  the token's configuration, /etc/signet/tokens.d/NAME.conf\n"
    "  --check        only check the configuration: 0 if it is right, 1 with every problem on stderr\n"
    "  --help         this text\n"
    "  --version      the program's version\n";

struct Arguments {
  std::string config{};
  bool check = false;
};

int usage(const char* problem) {
  std::fprintf(stderr, "signet-token: %s\n\n%s", problem, kHelp);
  return kUsageError;
}

int run(const std::vector<std::string>& argv) {
  Arguments arguments;
  for (std::size_t i = 1; i < argv.size(); ++i) {
    const std::string_view word = argv[i];
    if (word == "--help") return std::fputs(kHelp, stdout), EXIT_SUCCESS;
    if (word == "--version") return std::puts("signet-token " SIGNET_VERSION), EXIT_SUCCESS;
    if (word == "--check") {
      arguments.check = true;
    } else if (word == "--config" && i + 1 < argv.size()) {
      arguments.config = argv[++i];
    } else if (word.starts_with("--config=")) {
      arguments.config = word.substr(std::string_view("--config=").size());
    } else {
      return usage("unknown or incomplete option");
    }
  }
  if (arguments.config.empty()) return usage("--config FILE is missing");
  const auto reading = signet::pkcs11::load_token_config(arguments.config);
  for (const auto& problem : reading.problems) std::fprintf(stderr, "%s\n", to_string(problem).c_str());
  if (!reading.problems.empty()) return EXIT_FAILURE;
  if (arguments.check) return EXIT_SUCCESS;
  return signet::pkcs11::run_token_service(reading.config, argv);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run({argv, argv + argc});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "signet-token: %s\n", error.what());
    return EXIT_FAILURE;
  }
}
