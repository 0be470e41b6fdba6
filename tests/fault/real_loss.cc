// Real losses of real tokens under load: nothing between signet-token and the module but what belongs there.
#include <filesystem>
#include <fstream>

#include "tests/support/fault_control.h"
#include "tests/support/matchers.h"
#include "tests/support/nss_database.h"
#include "tests/support/p11_kit_remoting.h"
#include "tests/support/signing_load.h"
#include "tests/support/software_tpm.h"
#include "tests/support/token_process.h"

namespace signet::test {
namespace {

/// A token, a signet-token in front of it through a module that counts calls, and clients that never pause.
template <class Token>
struct Scene {
  Token token;
  PublicKey key = token.make_key({.label = "apple"});
  FaultControl counting{token};
  TokenProcess service{token,
                       {.module = FaultControl::module(),
                        .environment = counting.environment(),
                        .options = {"call-timeout = 2s", "start-timeout = 5s", "sessions = 3"}}};
  SigningLoad load{service.socket(), "apple", key, 4, 5'000};

  Scene() { load.wait_for_good(5); }

  /// What has to hold after every loss, once it is over.
  void require_recovered() {
    load.wait_for_good(5);
    service.wait_for(link::READY);
    const SigningTally tally = load.tally();
    CHECK(tally.wrong == 0);
    CHECK(tally.blamed() == 0);
    CHECK(tally.hung == 0);
    CHECK_FALSE(tally.states.contains(link::PIN_REFUSED));
    CHECK_FALSE(tally.states.contains(link::MISCONFIGURED));
    CHECK_FALSE(service.has_login_record());
    CHECK(service.runs());
  }
};

}  // namespace

TEST_CASE("p11-kit's server is killed, and serves again once it is started", "[fault]") {
  Scene<P11KitRemoting> scene;
  for (int round = 0; round < 2; ++round) {
    scene.token.kill_server();
    const auto absent = scene.service.wait_for(link::ABSENT);
    CHECK(absent.next_try() > 0);
    CHECK_FALSE(absent.message().empty());
    const long logins = scene.counting.count("C_Login");
    CHECK(logins == round + 1);
    scene.token.start_server();
    scene.require_recovered();
    CHECK(scene.counting.count("C_Login") == logins + 1);
  }
  CHECK(scene.load.tally().states.contains(link::ABSENT));
}

TEST_CASE("p11-kit's connections are cut, and made again at once", "[fault]") {
  Scene<P11KitRemoting> scene;
  for (unsigned round = 0; round < 3; ++round) {
    scene.token.cut_connections();
    scene.service.wait_until("a new image is ready", [&](const link::Description& seen) {
      return seen.state() == link::READY && seen.epoch() == round + 1;
    });
    scene.require_recovered();
    CHECK(scene.counting.count("C_Login") == static_cast<long>(round) + 2);
  }
}

TEST_CASE("a device that stops answering costs its callers no more than call-timeout, and serves once it answers",
          "[fault]") {
  Scene<P11KitRemoting> scene;
  scene.token.freeze();
  scene.service.wait_until("another image", [](const link::Description& seen) { return seen.epoch() > 0; });
  scene.service.wait_for(link::OPENING);
  scene.token.thaw();
  scene.require_recovered();
  CHECK(scene.counting.count("C_Login") == 2);
}

TEST_CASE("SoftHSM's store is taken away under load and brought back", "[fault]") {
  Scene<SoftHsm> scene;
  const std::string tokens = scene.token.token_directory();
  std::filesystem::rename(tokens, tokens + ".away");
  std::filesystem::create_directory(tokens);
  scene.service.wait_for(link::ABSENT);
  CHECK(scene.counting.count("C_Login") == 1);
  std::filesystem::remove(tokens);
  std::filesystem::rename(tokens + ".away", tokens);
  scene.require_recovered();
  CHECK(scene.counting.count("C_Login") == 2);
}

TEST_CASE("a TPM's resource manager is killed, and the TPM serves again once it is started", "[fault]") {
  Scene<SoftwareTpm> scene;
  for (int round = 0; round < 2; ++round) {
    scene.token.kill_resource_manager();
    scene.service.wait_for(link::ABSENT);
    const long logins = scene.counting.count("C_Login");
    CHECK(logins == round + 1);
    scene.token.start_resource_manager();
    scene.require_recovered();
    CHECK(scene.counting.count("C_Login") == logins + 1);
  }
  CHECK(scene.load.tally().states.contains(link::ABSENT));
}

TEST_CASE("a TPM's resource manager is replaced before anybody notices", "[fault]") {
  Scene<SoftwareTpm> scene;
  scene.token.kill_resource_manager();
  scene.token.start_resource_manager();
  scene.service.wait_until("a new image is ready", [](const link::Description& seen) {
    return seen.state() == link::READY && seen.epoch() > 0;
  });
  scene.require_recovered();
  CHECK(scene.counting.count("C_Login") == 2);
}

TEMPLATE_TEST_CASE("every module refuses a wrong PIN once, and is not asked again", "[fault]", SoftHsm, P11KitRemoting,
                   NssDatabase, SoftwareTpm) {
  const TestType token;
  token.make_key({.label = "apple"});
  std::ofstream(token.pin_file()) << "4712-Sesame\n";
  const FaultControl counting(token);
  TokenProcess service(token, {.module = FaultControl::module(), .environment = counting.environment()});
  CHECK(service.wait_for(link::PIN_REFUSED).next_try() == 0);
  service.kill();
  service.start();
  service.wait_for(link::PIN_REFUSED);
  CHECK(counting.count("C_Login") == 1);
}

}  // namespace signet::test
