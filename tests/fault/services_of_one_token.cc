// Several signet-token for one token, as separate processes: they share its state-dir, and what it costs a token.
#include <filesystem>
#include <fstream>
#include <memory>

#include "tests/fault/faulty_service.h"
#include "tests/support/matchers.h"

namespace signet::test {
namespace {

constexpr int kServices = 3;

/// Started at one moment, on one store and with one state-dir.
struct Siblings {
  explicit Siblings(const std::vector<std::string>& options = {}) : options_(options) {
    std::filesystem::create_directory(state_directory());
  }
  std::string state_directory() const { return hsm.directory().file("shared-state"); }
  void start() {
    services.clear();
    for (int i = 0; i < kServices; ++i) {
      services.push_back(std::make_unique<TokenProcess>(hsm, TokenProcessSpec{.module = FaultControl::module(),
                                                                              .environment = faults.environment(),
                                                                              .options = options_,
                                                                              .instance = "-" + std::to_string(i),
                                                                              .state_directory = state_directory()}));
    }
  }

  SoftHsm hsm;
  PublicKey key = hsm.make_key({.label = "apple"});
  FaultControl faults{hsm};
  std::vector<std::unique_ptr<TokenProcess>> services{};

 private:
  const std::vector<std::string> options_;
};

}  // namespace

TEST_CASE("a wrong PIN is tried once by all services of a token together, over restarts too", "[fault]") {
  Siblings siblings;
  std::ofstream(siblings.hsm.pin_file()) << "wrong-one\n";
  for (int round = 0; round < 2; ++round) {
    siblings.start();
    for (const auto& service : siblings.services) service->wait_for(link::PIN_REFUSED);
    CHECK(siblings.faults.count("C_Login") == 1);
  }
}

TEST_CASE("services of one token that start together log in one after the other, and all sign", "[fault]") {
  Siblings siblings;
  constexpr int kRounds = 8;
  for (int round = 0; round < kRounds; ++round) {
    siblings.start();
    for (const auto& service : siblings.services) {
      CHECK(service->wait_for(link::READY).epoch() == 0);
      auto reply = service->connect().call(sign_request("apple", siblings.key));
      REQUIRE_OK(reply);
      CHECK(is_good(*reply, siblings.key));
    }
  }
  CHECK(siblings.faults.count("C_Login") == kRounds * kServices);
  CHECK_FALSE(siblings.services.front()->has_login_record());
}

TEST_CASE("a service that is killed while it logs in lets the next one see that it did", "[fault]") {
  Siblings siblings;
  siblings.faults.set_rules({"C_Login hang times=1"});
  siblings.start();
  poll_until("one of them is in C_Login", [&] { return siblings.faults.count("C_Login") == 1; });
  for (const auto& service : siblings.services) service->kill();
  siblings.faults.set_rules({});
  siblings.start();
  for (const auto& service : siblings.services) service->wait_for(link::PIN_REFUSED);
  CHECK(siblings.faults.count("C_Login") == 1);
}

TEST_CASE("a restart is no way round max-rate", "[fault]") {
  FaultyService fixture({.options = {"max-rate = 3/day", "probe-interval = off"}});
  for (int i = 0; i < 3; ++i) fixture.require_signs();
  fixture.service.kill();
  fixture.service.start();
  const auto refused = fixture.ask();
  REQUIRE_OK(refused);
  CHECK(refused->failure().code() == link::RATE_EXCEEDED);
}

}  // namespace signet::test
