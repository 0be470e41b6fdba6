#include "tests/support/nss_database.h"

#include "tests/support/run_program.h"

namespace signet::test {

NssDatabase::NssDatabase(Password password)
    : TestToken(installed_library("libnss3", "libsoftokn3.so"), "NSS Certificate DB", "4711-Sesame") {
  const std::string database = "sql:" + directory().path();
  set_module_args("configdir='" + database + "' certPrefix='' keyPrefix='' secmod='secmod.db' flags=");
  std::vector<std::string> words{"certutil", "-N", "-d", database};
  if (password == Password::set)
    words.insert(words.end(), {"-f", pin_file()});
  else
    words.emplace_back("--empty-password");
  output_of(words);
}

TokenAbilities NssDatabase::abilities() const {
  using enum Algorithm;
  const std::vector all_but_ed25519{KeyType::ec_p256, KeyType::ec_p384, KeyType::ec_p521, KeyType::rsa};
  return {.key_types = all_but_ed25519,
          .imports = all_but_ed25519,
          .algorithms = {es256, es384, es512, rs256, rs384, rs512, ps256, ps384, ps512},
          .makes_exportable_keys = true,
          .hides_public_halves = true,
          .tells_made_here = false,
          .shows_others_changes = true};
}

}  // namespace signet::test
