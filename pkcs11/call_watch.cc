#include "pkcs11/call_watch.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>

namespace signet::pkcs11 {

CallWatch::CallWatch(std::size_t slots, Clock::duration look_every, std::function<void()> on_overrun,
                     std::function<void()> on_tick)
    : due_(slots),
      on_overrun_(std::move(on_overrun)),
      on_tick_(std::move(on_tick)),
      thread_([this, look_every](const std::stop_token& stop) { look_until(stop, look_every); }) {}

void CallWatch::look_until(const std::stop_token& stop, Clock::duration look_every) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  for (;;) {
    wake.wait_for(lock, stop, look_every, [] { return false; });
    if (stop.stop_requested()) return;
    if (is_late(Clock::now())) return on_overrun_();
    if (on_tick_) on_tick_();
  }
}

bool CallWatch::is_late(Clock::time_point now) const {
  const Clock::rep now_count = now.time_since_epoch().count();
  return std::ranges::any_of(due_, [now_count](const std::atomic<Clock::rep>& due) {
    const Clock::rep value = due.load(std::memory_order_relaxed);
    return value != kIdle && value < now_count;
  });
}

CallWatch::Scope::Scope(CallWatch& watch, std::size_t slot, Clock::duration limit)
    : due_(watch.due_[slot]), limit_(limit) {
  renew();
}

void CallWatch::Scope::renew() const noexcept {
  due_.store((Clock::now() + limit_).time_since_epoch().count(), std::memory_order_relaxed);
}

}  // namespace signet::pkcs11
