#pragma once

#include <functional>

#include <boost/asio/thread_pool.hpp>

#include "daemon/service/io.h"
#include "proto/result.h"

namespace signet::service {

/// One thread that waits for the disk, so that the I/O thread does not.
class DiskThread {
 public:
  using Work = std::function<Result<void>()>;
  using Done = std::function<void(Result<void>)>;

  explicit DiskThread(Executor io) : io_(io) {}
  /// Ends after the work that was asked for; what is not done by then is still called on the I/O thread, if that runs.
  ~DiskThread() { finish(); }
  DiskThread(const DiskThread&) = delete;
  DiskThread& operator=(const DiskThread&) = delete;

  /// Runs `work` on that thread, then `done` with its outcome on the I/O thread. In the order of the calls.
  void run(Work work, Done done);
  /// Waits for all of it. Nothing may be run afterwards.
  void finish() { pool_.join(); }

 private:
  Executor io_;
  asio::thread_pool pool_{1};
};

}  // namespace signet::service
