#pragma once

#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "proto/public_key.h"
#include "tests/support/link_client.h"

namespace signet::test {

/// What became of the requests of a load.
struct SigningTally {
  long sent = 0;
  long good = 0;   ///< answered with a signature that verifies
  long wrong = 0;  ///< with one that does not
  long cut = 0;    ///< the connection ended first
  long hung = 0;   ///< no answer long after the deadline, the connection still up
  long unconnected = 0;
  std::map<link::FailureCode, long> refused{};
  std::set<link::State> states{};  ///< named by refusals
  /// From the first answer that was not good to the next good one, of the client that waited longest.
  std::chrono::milliseconds longest_gap{};

  long refusals() const;
  /// Refusals that no loss may bring about: they blame key or request.
  long blamed() const;
};

/// Clients that ask for ES256 signatures without pause, each on a thread and a connection of its own, and verify every
/// one; on a new connection where the old one ended, as signetd does. Until stop(). One thread.
class SigningLoad {
 public:
  /// `socket`: of a signet-token. The key has this label. `deadline_ms`: of each request.
  SigningLoad(std::string socket, std::string label, const PublicKey& key, int clients,
              std::uint32_t deadline_ms = 30'000);
  SigningLoad(const SigningLoad&) = delete;
  SigningLoad& operator=(const SigningLoad&) = delete;
  ~SigningLoad() { stop(); }

  /// Until every client has got so many more good signatures; fails the test after a generous deadline.
  void wait_for_good(long each);
  SigningTally tally() const;
  /// Waits for the requests under way. What became of all of them.
  SigningTally stop();

 private:
  void run_client(std::size_t index);
  void note(std::size_t index, const Result<link::Reply>& reply, const std::string& subject);
  void judge(const Result<link::Reply>& reply, bool good);

  const std::string socket_;
  const std::string label_;
  const PublicKey key_;
  const std::uint32_t deadline_ms_;
  std::atomic<bool> stop_{false};
  mutable std::mutex mutex_;  ///< guards tally_, good_ and bad_since_
  SigningTally tally_;
  std::vector<long> good_;
  std::vector<std::chrono::steady_clock::time_point> bad_since_;
  std::vector<std::thread> clients_;
};

}  // namespace signet::test
