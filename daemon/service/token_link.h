#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "daemon/service/link_connection.h"
#include "proto/api.h"

namespace signet::service {

struct TokenLinkSpec {
  std::vector<std::string> paths;      ///< sockets of the services that serve this token: NAME.sock, NAME.2.sock, …
  std::chrono::milliseconds deadline;  ///< of one request
  std::size_t max_queued = 512;
  std::size_t max_connections = 8;  ///< as many as signet-token has sessions, unless told otherwise
};

/// The way to one token: a queue of signatures and a small pool of connections that take them from it. While the
/// token's service restarts or opens the token, signatures wait; where a person has to act first, they fail at once.
class TokenLink : private LinkOwner {
 public:
  /// `on_description` hears each description, before any request that waits for it goes on.
  TokenLink(Executor executor, TokenLinkSpec spec, std::function<void(const TokenDescription&)> on_description);
  ~TokenLink() override;

  void start();
  /// Nobody will come any more but those who hold it: its descriptions are heard no more. stop() follows.
  void retire() { heard_ = nullptr; }
  /// Fails what is waiting and closes the connections. Call once, before the end.
  void stop();

  /// Which keys to describe from now on; asks at once. `anew`: have the token's objects listed again first.
  void describe(WantedKeys keys, Listing listing);
  /// Some key was missing or unusable in the last description: it may have been imported since.
  void want_new_listing(bool wanted) { wants_new_listing_ = wanted; }

  /// The JOSE signature. Errors: token_unavailable, overloaded, internal, and deadline_exceeded at `deadline`.
  Task<Result<Bytes>> sign(SignOrder order, Deadline deadline);
  /// May a signature come of it now? Error token_unavailable where a person has to act first; a service that is not
  /// there is tried again before that is said. Nothing is sent.
  Task<Result<void>> expect_service(Deadline deadline);
  /// Waits until the token has been described in a state in which it can sign. Errors as sign().
  Task<Result<void>> wait_until_described(Deadline deadline);

  TokenHealth health() const;
  /// Something waits for a signature, or the token may still be making one that nobody waits for.
  bool busy() const;

 private:
  const WantedKeys& wanted_keys() const override { return keys_; }
  bool wants_new_listing() const override { return wants_new_listing_; }
  void on_description(TokenDescription description) override;
  void on_signature(const SignJobPtr& job, Result<Bytes> result, std::chrono::microseconds service_time) override;
  void on_returned(std::vector<SignJobPtr> jobs, Returned why) override;
  void on_state_change() override;

  static bool may_repeat(SignJob& job, Returned why);
  const LinkConnection& best() const;
  bool usable() const;
  Result<void> check_worth_waiting() const;
  LinkConnection* idlest();
  void dispatch();
  void grow();
  bool slow() const;
  void open_connection(const std::string& path);
  void fail_waiting(const Error& error);

  Executor executor_;
  const TokenLinkSpec spec_;
  std::function<void(const TokenDescription&)> heard_;
  WantedKeys keys_;
  bool wants_new_listing_ = false;
  std::vector<std::shared_ptr<LinkConnection>> connections_;
  std::deque<SignJobPtr> queue_;
  std::vector<WakeUp*> waiting_for_description_;
  std::chrono::microseconds service_time_{0};  ///< moving average of the token's own time for a signature
};

}  // namespace signet::service
