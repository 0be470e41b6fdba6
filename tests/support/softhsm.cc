#include "tests/support/softhsm.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>

#include "proto/bytes.h"

namespace signet::test {
namespace {

std::string shell_word(const std::string& word) { return "'" + word + "'"; }

/// Standard output of a command that has to succeed.
std::string output_of(const std::string& command) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "re"), [](FILE*) { return 0; });
  if (!pipe) throw std::runtime_error("popen: " + command);
  std::string output;
  for (int c = std::fgetc(pipe.get()); c != EOF; c = std::fgetc(pipe.get())) output.push_back(static_cast<char>(c));
  if (::pclose(pipe.get()) != 0) throw std::runtime_error("failed: " + command + "\n" + output);
  return output;
}

Bytes from_hex(std::string_view text) {
  Bytes octets;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    octets.push_back(static_cast<std::byte>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16)));
  }
  return octets;
}

const char* flaw_name(KeyFlaw flaw) {
  switch (flaw) {
    case KeyFlaw::none:
      return "none";
    case KeyFlaw::extractable:
      return "extractable";
    case KeyFlaw::not_sensitive:
      return "not-sensitive";
    case KeyFlaw::no_sign:
      return "no-sign";
  }
  return "";
}

}  // namespace

std::string softhsm_module() {
  if (const char* path = std::getenv("SOFTHSM2_MODULE")) return path;
  for (const char* path : {"/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
                           "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so"}) {
    if (std::filesystem::exists(path)) return path;
  }
  throw std::runtime_error("SoftHSM2 is not installed: run scripts/install-deps");
}

SoftHsm::SoftHsm(std::string label, std::string pin) : label_(std::move(label)), pin_(std::move(pin)) {
  std::filesystem::create_directory(token_directory());
  std::ofstream(configuration_file()) << "directories.tokendir = " << token_directory()
                                      << "\nobjectstore.backend = file\nlog.level = ERROR\n";
  std::ofstream(pin_file()) << pin_ << "\n";
  ::setenv("SOFTHSM2_CONF", configuration_file().c_str(), 1);
  output_of("softhsm2-util --init-token --free --label " + shell_word(label_) + " --so-pin " + shell_word(so_pin_) +
            " --pin " + shell_word(pin_));
}

SoftHsm::~SoftHsm() { ::unsetenv("SOFTHSM2_CONF"); }

std::optional<PublicKey> SoftHsm::try_make_key(const KeySpec& spec) const {
  const std::string hex =
      output_of(std::string(SIGNET_TOKEN_KEY_MAKER) + " " + softhsm_module() + " " + shell_word(token_uri()) + " " +
                shell_word(pin_file()) + " " + shell_word(spec.label) + " " + spec.id_hex + " " +
                shell_word(std::string(key_type_name(spec.type))) + " " + std::to_string(spec.rsa_bits) + " " +
                flaw_name(spec.flaw) + (spec.keep_public_object ? " keep" : " drop"));
  auto key = PublicKey::from_spki(from_hex(hex));
  if (!key) return std::nullopt;
  return std::move(*key);
}

PublicKey SoftHsm::make_key(const KeySpec& spec) const {
  auto key = try_make_key(spec);
  if (!key) throw std::runtime_error("the key made on the token has no public half");
  return *key;
}

}  // namespace signet::test
