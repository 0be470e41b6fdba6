#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>

#include "pkcs11/signer.h"
#include "pkcs11/token_state.h"

namespace signet::pkcs11 {

/// What *describe* tells of the token itself.
struct StatusView {
  TokenState state = TokenState::opening;
  std::string message{};      ///< one plain sentence with the mend; may be shown to clients
  std::int64_t since = 0;     ///< Unix seconds
  std::int64_t next_try = 0;  ///< Unix seconds; 0: none planned
  std::string label{};        ///< of the token; empty until it was found once
  std::string serial{};
};

/// The token's state, shared between opener, connections and watch. Any thread.
class TokenStatus {
 public:
  /// `on_change` is told of every new state, under the lock: it must not call back.
  TokenStatus(std::string message, std::function<void(const StatusView&)> on_change);

  StatusView view() const;
  TokenState state() const { return state_.load(std::memory_order_acquire); }
  /// advance() applied; the state's beginning is kept where the state stays the same. Gives what is to be done.
  Action apply(TokenEvent event, std::string message, std::int64_t next_try = 0);
  void identify(std::string label, std::string serial);
  void plan_next_try(std::int64_t next_try);
  /// Waits while the token is opening, at most until the deadline.
  TokenState wait_while_opening(Deadline deadline) const;
  /// The process is leaving: ends all waits, now and later.
  void stop_waiting();

 private:
  mutable std::mutex mutex_;  ///< guards view_ and leaving_
  mutable std::condition_variable changed_;
  StatusView view_;
  bool leaving_ = false;
  std::atomic<TokenState> state_;  ///< equals view_.state; read without the lock on each signature
  std::function<void(const StatusView&)> on_change_;
};

/// Unix seconds of the system clock.
std::int64_t unix_now();

}  // namespace signet::pkcs11
