#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include "pkcs11/config_paths.h"
#include "pkcs11/next_image.h"
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
    "  --check        only check the configuration and the paths it names: 0 if all is right, 1 with every problem on\n"
    "                 stderr\n"
    "  -h, --help     this text\n"
    "  --version      the program's version\n";

struct Arguments {
  std::string config{};
  bool check = false;
};

int usage(const std::string& problem) {
  std::fprintf(stderr, "signet-token: %s\n\n%s", problem.c_str(), kHelp);
  return kUsageError;
}

int print(const char* text) {
  if (std::fputs(text, stdout) >= 0 && std::fflush(stdout) == 0) return EXIT_SUCCESS;
  std::perror("signet-token: stdout");
  return EXIT_FAILURE;
}

int report(const std::vector<signet::ConfigProblem>& problems) {
  for (const auto& problem : problems) std::fprintf(stderr, "%s\n", to_string(problem).c_str());
  return problems.empty() ? EXIT_SUCCESS : EXIT_FAILURE;
}

int check(const std::string& file, signet::pkcs11::TokenConfigReading reading) {
  const char* directory = std::getenv("CREDENTIALS_DIRECTORY");
  const std::string credentials_directory = directory != nullptr ? directory : "";
  for (auto& problem : signet::pkcs11::check_config_paths(file, reading.config, credentials_directory))
    reading.problems.push_back(std::move(problem));
  return report(reading.problems);
}

// A service that was lost goes on by the configuration it was started with: an edit must neither take effect nor end it
// at a moment that nobody chose.
signet::pkcs11::TokenConfigReading configuration_of_service(const std::string& file) {
  const std::string first_read = signet::pkcs11::take_image_configuration();
  return first_read.empty() ? signet::pkcs11::load_token_config(file)
                            : signet::pkcs11::read_token_config(file, first_read);
}

int run(const std::vector<std::string>& argv) {
  Arguments arguments;
  for (std::size_t i = 1; i < argv.size(); ++i) {
    const std::string_view word = argv[i];
    if (word == "--help" || word == "-h") return print(kHelp);
    if (word == "--version") return print("signet-token " SIGNET_VERSION "\n");
    if (word == "--check") {
      arguments.check = true;
    } else if (word == "--config" && i + 1 < argv.size()) {
      arguments.config = argv[++i];
    } else if (word.starts_with("--config=")) {
      arguments.config = word.substr(std::string_view("--config=").size());
    } else {
      return usage(word == "--config" ? "--config wants a FILE" : "unknown option " + argv[i]);
    }
  }
  if (arguments.config.empty()) return usage("--config FILE is missing");
  if (arguments.check) return check(arguments.config, signet::pkcs11::load_token_config(arguments.config));
  const auto reading = configuration_of_service(arguments.config);
  if (!reading.problems.empty()) return report(reading.problems);
  return signet::pkcs11::run_token_service(reading, argv);
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
