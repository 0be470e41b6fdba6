#include <exception>
#include <iostream>

#include "cli/signet/program.h"
#include "host/process.h"

int main(int argc, char** argv) {
  try {
    const auto before = signet::host::harden_client();
    if (!before) {
      std::cerr << "signet: " << before.error().message << "\n";
      return static_cast<int>(signet::cli::ExitCode::failure);
    }
    return static_cast<int>(signet::cli::run({argv + 1, argv + argc}, *before));
  } catch (const std::exception& error) {
    std::cerr << "signet: " << error.what() << "\n";
    return static_cast<int>(signet::cli::ExitCode::failure);
  }
}
