#pragma once

#include <string>
#include <vector>

#include "daemon/service/token_link.h"
#include "tests/support/catch.h"
#include "tests/support/matchers.h"
#include "tests/support/scratch_directory.h"
#include "tests/unit/service_event_loop.h"
#include "tests/unit/service_scripted_token.h"

namespace signet::test {

using namespace std::chrono_literals;
using service::SignOrder;
using service::TokenDescription;
using service::TokenLink;

inline SignOrder sign_order(std::string signing_input) {
  SignOrder made{.object = "pkcs11:object=a", .algorithm = "ES256", .signing_input = std::move(signing_input)};
  made.spki_sha256.fill(std::byte{7});
  return made;
}

// The link under test and the directory of its socket. The link is stopped before the loop goes.
class LinkBench {
 public:
  explicit LinkBench(std::chrono::milliseconds deadline = 20s, std::size_t max_queued = 512,
                     std::size_t max_connections = 8)
      : link_(loop.executor(),
              {.paths = {socket()}, .deadline = deadline, .max_queued = max_queued, .max_connections = max_connections},
              [this](const TokenDescription& description) { descriptions.push_back(description.state); }) {}
  ~LinkBench() {
    link_.stop();
    loop.io().restart();
    loop.io().run();
  }

  std::string socket() const { return directory_.file("build.sock"); }
  TokenLink& link() { return link_; }
  TokenLink& started() {
    link_.start();
    return link_;
  }
  Result<Bytes> sign(const std::string& input, std::chrono::milliseconds deadline = 20s) {
    return loop.run(link_.sign(sign_order(input), service::SteadyClock::now() + deadline));
  }
  void wait_for_state(const std::string& state) {
    loop.until([&] { return link_.health().state == state; });
  }

  EventLoop loop;
  std::vector<service::TokenState> descriptions;

 private:
  ScratchDirectory directory_;
  TokenLink link_;
};

inline void require_signature(const Result<Bytes>& signature, std::string_view input) {
  REQUIRE_OK(signature);
  REQUIRE(text_of(*signature) == scripted_signature(input));
}

}  // namespace signet::test
