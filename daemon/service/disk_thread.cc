#include "daemon/service/disk_thread.h"

#include <boost/asio/post.hpp>

namespace signet::service {

void DiskThread::run(Work work, Done done) {
  asio::post(pool_, [io = io_, work = std::move(work), done = std::move(done)]() mutable {
    Result<void> outcome = work();
    asio::post(io, [done = std::move(done), outcome = std::move(outcome)]() mutable { done(std::move(outcome)); });
  });
}

}  // namespace signet::service
