#include "tests/support/softhsm.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/support/run_program.h"

namespace signet::test {

std::string softhsm_module() {
  if (const char* path = std::getenv("SOFTHSM2_MODULE")) return path;
  return installed_file("softhsm2",
                        {"/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
                         "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so"});
}

SoftHsm::SoftHsm(std::string label, std::string pin) : TestToken(softhsm_module(), std::move(label), std::move(pin)) {
  std::filesystem::create_directory(token_directory());
  std::ofstream(configuration_file()) << "directories.tokendir = " << token_directory()
                                      << "\nobjectstore.backend = file\nlog.level = ERROR\n";
  set_variable("SOFTHSM2_CONF", configuration_file());
  output_of(
      {"softhsm2-util", "--init-token", "--free", "--label", this->label(), "--so-pin", so_pin_, "--pin", this->pin()});
}

TokenAbilities SoftHsm::abilities() const {
  using enum Algorithm;
  const std::vector every_type{KeyType::ec_p256, KeyType::ec_p384, KeyType::ec_p521, KeyType::rsa, KeyType::ed25519};
  return {.key_types = every_type,
          .imports = every_type,
          .algorithms = {es256, es384, es512, rs256, rs384, rs512, ps256, ps384, ps512, eddsa, ed25519},
          .makes_exportable_keys = true,
          .hides_public_halves = true,
          .tells_made_here = true,
          .shows_others_changes = true};
}

}  // namespace signet::test
