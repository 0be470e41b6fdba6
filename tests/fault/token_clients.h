#pragma once

#include <array>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/sign_request.h"
#include "tests/support/token_process.h"

namespace signet::test {

/// Clients that ask a signet-token for signatures without pause, each on connections of its own as signetd does, and
/// that judge every answer. They end with the object. Made and asked by one thread.
class TokenClients {
 public:
  /// Key "apple" of the service's token, with this public half.
  TokenClients(const TokenProcess& service, const PublicKey& key, int clients);
  TokenClients(const TokenClients&) = delete;
  TokenClients& operator=(const TokenClients&) = delete;
  ~TokenClients() = default;

  /// Returns once this many more good signatures have come; fails the test after a generous deadline.
  void wait_for_more(int signatures) const;
  /// Answers that no loss may bring about: a signature that does not verify, a refusal that blames key or request.
  int wrong() const { return wrong_; }
  /// Requests without any answer long after their deadline, their connection still up.
  int hung() const { return hung_; }
  /// Has a failure named this state?
  bool saw(link::State state) const { return states_.at(static_cast<std::size_t>(state)); }

 private:
  void ask_until(const std::stop_token& stop, const std::string& subject);
  void judge(const Result<link::Reply>& reply, const std::string& subject);

  const std::string socket_;
  const PublicKey key_;
  std::atomic<int> good_{0};
  std::atomic<int> wrong_{0};
  std::atomic<int> hung_{0};
  std::array<std::atomic<bool>, link::State_ARRAYSIZE> states_{};
  std::vector<std::jthread> clients_;  ///< last: they use the others
};

}  // namespace signet::test
