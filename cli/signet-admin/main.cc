#include <exception>
#include <iostream>

#include "cli/signet-admin/program.h"
#include "host/process.h"

int main(int argc, char** argv) {
  try {
    if (const auto hardened = signet::host::harden_process(); !hardened) {
      std::cerr << "signet-admin: " << hardened.error().message << "\n";
      return static_cast<int>(signet::admin::ExitCode::failure);
    }
    return static_cast<int>(signet::admin::run({argv + 1, argv + argc}));
  } catch (const std::exception& error) {
    std::cerr << "signet-admin: " << error.what() << "\n";
    return static_cast<int>(signet::admin::ExitCode::failure);
  }
}
