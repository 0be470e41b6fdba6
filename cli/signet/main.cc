#include <exception>
#include <iostream>
#include <string_view>

#include "cli/signet/program.h"
#include "host/process.h"

namespace {

int fail(const std::vector<std::string>& arguments, std::string_view why) {
  using signet::cli::ExitCode;
  std::cerr << "signet: " << why << "\n";
  const bool runs_command = !arguments.empty() && arguments.front() == "exec";
  return static_cast<int>(runs_command ? ExitCode::not_started : ExitCode::failure);
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  try {
    const auto before = signet::host::harden_client();
    if (!before) return fail(arguments, before.error().message);
    return static_cast<int>(signet::cli::run(arguments, *before));
  } catch (const std::exception& error) {
    return fail(arguments, error.what());
  }
}
