#include "daemon/service/change_queue.h"

#include <utility>

namespace signet::service {

Task<ChangeQueue::Turn> ChangeQueue::turn() {
  if (std::exchange(state_->taken, true)) {
    const auto called = std::make_shared<WakeUp>(io_);
    state_->waiting.push_back(called);
    co_await called->wait_until(Deadline::max());
  }
  co_return Turn(state_);
}

ChangeQueue::Turn::~Turn() {
  if (!state_) return;
  if (state_->waiting.empty()) {
    state_->taken = false;
    return;
  }
  const auto next = std::move(state_->waiting.front());
  state_->waiting.pop_front();
  next->notify();
}

}  // namespace signet::service
