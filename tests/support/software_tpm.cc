#include "tests/support/software_tpm.h"

#include <filesystem>
#include <random>
#include <stdexcept>

#include "tests/support/poll_until.h"
#include "tests/support/run_program.h"
#include "tests/support/unix_sockets.h"

namespace signet::test {
namespace {

constexpr int kPortTries = 20;
constexpr const char* kTcti = "tabrmd:bus_type=session";

/// Below the range the kernel gives out by itself; TCTI expects the control port next to it.
int some_even_port() {
  std::random_device random;
  return 2 * std::uniform_int_distribution<int>(5'000, 16'000)(random);
}

bool succeeds(const std::vector<std::string>& words) {
  try {
    output_of(words);
    return true;
  } catch (const std::runtime_error&) {
    return false;
  }
}

}  // namespace

SoftwareTpm::SoftwareTpm()
    : TestToken(installed_library("libtpm2-pkcs11-1", "pkcs11/libtpm2_pkcs11.so"), "signet-test", "4711-Sesame") {
  set_variable("DBUS_SESSION_BUS_ADDRESS", "unix:path=" + directory().file("bus"));
  set_variable("TPM2TOOLS_TCTI", kTcti);
  set_variable("TPM2_PKCS11_TCTI", kTcti);
  set_variable("TPM2_PKCS11_STORE", directory().file("store"));
  start_tpm();
  start_bus();
  start_resource_manager();
  make_token();
}

TokenAbilities SoftwareTpm::abilities() const {
  using enum Algorithm;
  return {.key_types = {KeyType::ec_p256, KeyType::ec_p384, KeyType::rsa},
          .imports = {},
          .algorithms = {es256, es384, rs256, rs384, rs512, ps256, ps384, ps512},
          .makes_exportable_keys = false,
          .hides_public_halves = false,
          .tells_made_here = true,
          .shows_others_changes = false};
}

// swtpm has no Unix socket that libtss2 3.2 could use. It writes its pid file once both its ports are its own, and ends
// where another has one of them.
void SoftwareTpm::start_tpm() {
  const std::string state = directory().file("tpm");
  const std::string pid_file = directory().file("tpm.pid");
  std::filesystem::create_directory(state);
  for (int tries = 0; tries < kPortTries; ++tries) {
    const int port = some_even_port();
    port_ = std::to_string(port);
    tpm_ = std::make_unique<ChildProgram>(
        std::vector<std::string>{"swtpm", "socket", "--tpm2", "--tpmstate", "dir=" + state, "--server",
                                 "type=tcp,port=" + port_, "--ctrl", "type=tcp,port=" + std::to_string(port + 1),
                                 "--flags", "not-need-init,startup-clear", "--pid", "file=" + pid_file},
        directory().file("swtpm.log"));
    poll_until("swtpm starts or ends", [&] { return std::filesystem::exists(pid_file) || !tpm_->runs(); });
    if (tpm_->runs()) return;
    std::filesystem::remove(pid_file);
  }
  throw std::runtime_error("swtpm does not start");
}

void SoftwareTpm::start_bus() {
  const std::string socket = directory().file("bus");
  bus_ = std::make_unique<ChildProgram>(
      std::vector<std::string>{"dbus-daemon", "--session", "--nofork", "--nopidfile", "--address=unix:path=" + socket},
      directory().file("bus.log"));
  poll_until("dbus-daemon accepts", [&] { return connect_error(socket) == 0; });
}

void SoftwareTpm::kill_resource_manager() { resource_manager_.reset(); }

void SoftwareTpm::start_resource_manager() {
  resource_manager_ =
      std::make_unique<ChildProgram>(std::vector<std::string>{"tpm2-abrmd", "--session", "--allow-root", "--flush-all",
                                                              "--tcti=swtpm:host=127.0.0.1,port=" + port_},
                                     directory().file("tpm2-abrmd.log"));
  poll_until("tpm2-abrmd serves", [this] {
    if (!resource_manager_->runs()) throw std::runtime_error("tpm2-abrmd has ended");
    return succeeds({"tpm2_getrandom", "--hex", "4"});
  });
}

void SoftwareTpm::make_token() {
  std::filesystem::create_directory(directory().file("store"));
  output_of({"tpm2_ptool", "init"});
  output_of(
      {"tpm2_ptool", "addtoken", "--pid=1", "--label=" + label(), "--sopin=so-4711-Sesame", "--userpin=" + pin()});
}

}  // namespace signet::test
