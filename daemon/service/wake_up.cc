#include "daemon/service/wake_up.h"

namespace signet::service {

Task<bool> WakeUp::wait_until(Deadline deadline) {
  if (notified_) co_return true;
  timer_.expires_at(deadline);
  co_await timer_.async_wait(kAsTask);
  co_return notified_;
}

void WakeUp::notify() {
  notified_ = true;
  timer_.cancel();
}

}  // namespace signet::service
