#pragma once

#include <condition_variable>
#include <mutex>

#include "pkcs11/signer.h"

namespace signet::pkcs11 {

/// A mutex that can be waited for until a deadline, for std::unique_lock. Not std::timed_mutex: the call below it,
/// pthread_mutex_clocklock, is unknown to the ThreadSanitizer of g++ 12, which then reports each unlock. Any thread.
class DeadlineMutex {
 public:
  bool try_lock_until(Deadline deadline) {
    std::unique_lock lock(mutex_);
    if (!unlocked_.wait_until(lock, deadline, [this] { return !is_locked_; })) return false;
    is_locked_ = true;
    return true;
  }
  void unlock() {
    {
      const std::scoped_lock lock(mutex_);
      is_locked_ = false;
    }
    unlocked_.notify_one();
  }

 private:
  std::mutex mutex_;  ///< guards is_locked_
  std::condition_variable unlocked_;
  bool is_locked_ = false;
};

}  // namespace signet::pkcs11
