#include "pkcs11/token_status.h"

#include <chrono>

namespace signet::pkcs11 {

std::int64_t unix_now() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::seconds>(now).count();
}

TokenStatus::TokenStatus(std::string message, std::function<void(const StatusView&)> on_change)
    : view_{.state = TokenState::opening, .message = std::move(message), .since = unix_now()},
      state_(view_.state),
      on_change_(std::move(on_change)) {}

StatusView TokenStatus::view() const {
  const std::scoped_lock lock(mutex_);
  return view_;
}

Action TokenStatus::apply(TokenEvent event, std::string message, std::int64_t next_try) {
  const std::scoped_lock lock(mutex_);
  const Transition transition = advance(view_.state, event);
  const bool changed = transition.state != view_.state;
  if (!changed && transition.action == Action::none) return transition.action;
  if (changed) view_.since = unix_now();
  view_.state = transition.state;
  view_.message = std::move(message);
  view_.next_try = next_try;
  state_.store(view_.state, std::memory_order_release);
  changed_.notify_all();
  if (changed && on_change_) on_change_(view_);
  return transition.action;
}

void TokenStatus::identify(std::string label, std::string serial) {
  const std::scoped_lock lock(mutex_);
  view_.label = std::move(label);
  view_.serial = std::move(serial);
}

void TokenStatus::plan_next_try(std::int64_t next_try) {
  const std::scoped_lock lock(mutex_);
  view_.next_try = next_try;
}

TokenState TokenStatus::wait_while_opening(Deadline deadline) const {
  if (const TokenState now = state(); now != TokenState::opening) return now;
  std::unique_lock lock(mutex_);
  changed_.wait_until(lock, deadline, [this] { return leaving_ || view_.state != TokenState::opening; });
  return view_.state;
}

void TokenStatus::stop_waiting() {
  const std::scoped_lock lock(mutex_);
  leaving_ = true;
  changed_.notify_all();
}

}  // namespace signet::pkcs11
