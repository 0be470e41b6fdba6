#pragma once

#include "daemon/service/io.h"

namespace signet::service {

/// What one coroutine waits on and another part of the I/O thread sets off: a timer that is cancelled early, so that
/// waiting has its deadline built in. One waiter at a time.
class WakeUp {
 public:
  explicit WakeUp(Executor executor) : timer_(executor) {}

  /// True when notify() came, before or during the wait; false at the deadline.
  Task<bool> wait_until(Deadline deadline);
  void notify();

 private:
  Timer timer_;
  bool notified_ = false;
};

}  // namespace signet::service
