#include "tests/support/p11_kit_remoting.h"

#include <csignal>
#include <filesystem>
#include <stdexcept>

#include "tests/support/poll_until.h"
#include "tests/support/run_program.h"
#include "tests/support/unix_sockets.h"

namespace signet::test {

P11KitRemoting::P11KitRemoting()
    : TestToken(installed_library("p11-kit-modules", "pkcs11/p11-kit-client.so"), "signet-test", "4711-Sesame") {
  set_variable("P11_KIT_SERVER_ADDRESS", "unix:path=" + socket());
  start_server();
}

TokenAbilities P11KitRemoting::abilities() const {
  TokenAbilities abilities = hsm_.abilities();
  // 0.24 has no word for EdDSA in its protocol and leaves the mechanism out.
  std::erase(abilities.algorithms, Algorithm::eddsa);
  std::erase(abilities.algorithms, Algorithm::ed25519);
  std::erase(abilities.imports, KeyType::ed25519);
  return abilities;
}

void P11KitRemoting::kill_server() {
  server_.reset();
  std::filesystem::remove(socket());
}

void P11KitRemoting::start_server() {
  server_ = std::make_unique<ChildProgram>(std::vector<std::string>{"p11-kit", "server", "--provider", hsm_.module(),
                                                                    "-n", socket(), "-f", hsm_.token_uri()},
                                           directory().file("p11-kit.log"));
  poll_until("p11-kit server accepts", [this] {
    if (!server_->runs()) throw std::runtime_error("p11-kit server has ended");
    return connect_error(socket()) == 0;
  });
}

void P11KitRemoting::cut_connections() const {
  for (const pid_t child : server_->children()) ::kill(child, SIGKILL);
}

}  // namespace signet::test
