// What becomes of signet-token when its token goes: the real program, over SoftHSM or a module that fails on demand.
#include <atomic>
#include <filesystem>
#include <thread>

#include "tests/fault/faulty_service.h"
#include "tests/support/matchers.h"

namespace signet::test {

TEST_CASE("a token that answers with loss is opened again by a fresh image of the same process", "[fault]") {
  const bool socket_activated = GENERATE(false, true);
  const std::string code = GENERATE(as<std::string>(), "0x32", "0x101", "0x80000001");
  INFO("CKR " << code << (socket_activated ? ", socket-activated" : ", bound by path"));
  FaultyService fixture({.socket_activated = socket_activated});
  fixture.require_signs();
  const pid_t pid = fixture.service.pid();

  fixture.faults.set_rules({"C_Sign rv=" + code + " times=1"});
  auto client = fixture.service.connect();
  const auto reply = client.call(sign_request("apple", fixture.key));
  // The connection ends with the image; nothing unverified or half-signed comes out of it.
  CHECK_FALSE(reply.has_value());
  fixture.require_signs();

  const auto description = fixture.service.wait_for(link::READY);
  CHECK(description.epoch() == 1);
  CHECK(fixture.service.pid() == pid);
  CHECK(fixture.service.runs());
  CHECK(fixture.faults.count("C_Login") == 2);
  CHECK(fixture.service.terminate() == 0);
  CHECK(std::filesystem::exists(fixture.service.socket()) == socket_activated);
}

TEST_CASE("a call that hangs past call-timeout is left behind with its image", "[fault]") {
  FaultyService fixture({.options = {"call-timeout = 1s"}});
  fixture.require_signs();
  fixture.faults.set_rules({"C_Sign hang times=1"});
  auto hanging = fixture.service.connect();
  CHECK_FALSE(hanging.call(sign_request("apple", fixture.key)).has_value());
  fixture.require_signs();
  CHECK(fixture.service.wait_for(link::READY).epoch() == 1);
  CHECK(fixture.service.terminate() == 0);
}

TEST_CASE("a start that hangs past start-timeout is tried again", "[fault]") {
  const FaultyService fixture({.options = {"start-timeout = 1s"}, .rules = {"C_OpenSession hang times=1"}});
  fixture.require_signs();
  CHECK(fixture.epoch() == 1);
}

TEST_CASE("a C_Finalize that hangs between two looks for the token costs one image, and no try of the PIN", "[fault]") {
  const FaultyService fixture(
      {.options = {"start-timeout = 3s"}, .rules = {"C_GetTokenInfo rv=0xE0 times=2", "C_Finalize hang times=1"}});
  fixture.require_signs();
  CHECK(fixture.epoch() == 1);
  CHECK(fixture.faults.count("C_Login") == 1);
}

TEST_CASE("a token taken away is absent, says when it is looked for again, and serves once it is back", "[fault]") {
  const bool socket_activated = GENERATE(false, true);
  FaultyService fixture({.socket_activated = socket_activated});
  fixture.require_signs();
  const std::string tokens = fixture.hsm.token_directory();
  std::filesystem::rename(tokens, tokens + ".away");
  std::filesystem::create_directory(tokens);
  CHECK_FALSE(fixture.service.connect().call(sign_request("apple", fixture.key)).has_value());

  const auto absent = fixture.service.wait_for(link::ABSENT);
  CHECK(absent.next_try() > 0);
  CHECK(absent.since() > 0);
  CHECK_FALSE(absent.message().empty());
  auto refused = fixture.service.connect().call(sign_request("apple", fixture.key));
  REQUIRE_OK(refused);
  CHECK(refused->failure().code() == link::TOKEN_UNAVAILABLE);
  CHECK(refused->failure().state() == link::ABSENT);

  std::filesystem::remove(tokens);
  std::filesystem::rename(tokens + ".away", tokens);
  fixture.require_signs();
  CHECK(fixture.service.terminate() == 0);
}

TEST_CASE("requests wait for a token that is opening, up to their deadline", "[fault]") {
  SoftHsm hsm;
  const PublicKey key = hsm.make_key({.label = "apple"});
  const FaultControl faults(hsm);
  faults.set_rules({"C_Login hang times=1"});
  const TokenProcess service(hsm, {.module = FaultControl::module(), .environment = faults.environment()});
  poll_until("C_Login is under way", [&] { return faults.count("C_Login") == 1; });
  const auto opening = service.wait_for(link::OPENING);
  CHECK(opening.token_label() == hsm.label());

  auto late = service.connect().call(sign_request("apple", key, 50));
  REQUIRE_OK(late);
  CHECK(late->failure().code() == link::TOKEN_OPENING);

  std::atomic<bool> signed_well{false};
  auto patient = service.connect();
  std::thread waiting([&] {
    auto reply = patient.call(sign_request("apple", key));
    signed_well = reply.has_value() && is_good(*reply, key);
  });
  faults.set_rules({});
  waiting.join();
  CHECK(signed_well);
  CHECK(faults.count("C_Login") == 1);
}

TEST_CASE("every kill -9 under load is followed by good signatures alone", "[fault]") {
  FaultyService fixture;
  fixture.require_signs();
  std::atomic<bool> stop{false};
  std::atomic<int> good{0};
  std::atomic<int> bad{0};
  std::vector<std::thread> clients;
  for (int i = 0; i < 4; ++i) {
    clients.emplace_back([&, i] {
      const std::string subject = "client-" + std::to_string(i);
      while (!stop) {
        auto client = LinkClient::open(fixture.service.socket());
        while (client && !stop) {
          auto reply = client->call(sign_request("apple", fixture.key, 30'000, subject));
          if (!reply) break;  // the connection died with the process: asked again, as signetd does
          ++(is_good(*reply, fixture.key, subject) ? good : bad);
        }
      }
    });
  }
  for (int i = 0; i < 3; ++i) {
    const int before = good;
    poll_until("load flows", [&] { return good > before + 50; });
    fixture.service.kill();
    fixture.service.start();
  }
  const int before = good;
  poll_until("load flows again", [&] { return good > before + 50; });
  stop = true;
  for (std::thread& client : clients) client.join();
  CHECK(bad == 0);
  CHECK(fixture.service.terminate() == 0);
}

TEST_CASE("SIGTERM lets a running call finish and leaves with 0", "[fault]") {
  FaultyService fixture;
  fixture.require_signs();
  const long before = fixture.faults.count("C_Sign");
  fixture.faults.set_rules({"C_Sign delay=500"});
  auto client = fixture.service.connect();
  std::atomic<bool> signed_well{false};
  std::thread waiting([&] {
    auto reply = client.call(sign_request("apple", fixture.key));
    signed_well = reply.has_value() && is_good(*reply, fixture.key);
  });
  poll_until("C_Sign is under way", [&] { return fixture.faults.count("C_Sign") == before + 1; });
  CHECK(fixture.service.terminate() == 0);
  waiting.join();
  CHECK(signed_well);
  CHECK_FALSE(std::filesystem::exists(fixture.service.socket()));
}

}  // namespace signet::test
