#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <thread>
#include <vector>

namespace signet::pkcs11 {

/// Notices calls into the module that overrun their time: a PKCS#11 call cannot be cancelled, so all that helps is
/// another process image. Each place a call may run in (the opener, each session) is a slot with the time by which its
/// call must be back. A thread of its own looks at them a few times per limit; begin and end are one store each.
class CallWatch {
 public:
  using Clock = std::chrono::steady_clock;

  /// `on_overrun` is called on the watch's thread, once, when a slot is late; `on_tick` at every look.
  CallWatch(std::size_t slots, Clock::duration look_every, std::function<void()> on_overrun,
            std::function<void()> on_tick = {});
  CallWatch(const CallWatch&) = delete;
  CallWatch& operator=(const CallWatch&) = delete;
  ~CallWatch() = default;

  /// One call under way, or several one after the other, for as long as the scope lives. One at a time per slot; any
  /// thread.
  class Scope {
   public:
    Scope(CallWatch& watch, std::size_t slot, Clock::duration limit);
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;
    /// A call is back and another one follows, which has the whole limit to itself.
    void renew() const noexcept;
    ~Scope() { due_.store(kIdle, std::memory_order_relaxed); }

   private:
    std::atomic<Clock::rep>& due_;
    const Clock::duration limit_;
  };

 private:
  static constexpr Clock::rep kIdle = 0;
  void look_until(const std::stop_token& stop, Clock::duration look_every);
  bool is_late(Clock::time_point now) const;

  std::vector<std::atomic<Clock::rep>> due_;
  std::function<void()> on_overrun_;
  std::function<void()> on_tick_;
  std::jthread thread_;  ///< last: it uses the others
};

}  // namespace signet::pkcs11
