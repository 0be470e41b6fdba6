#pragma once

#include <chrono>
#include <optional>
#include <stdexcept>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "daemon/service/io.h"

namespace signet::test {

/// Runs the I/O thread's work on the test's own thread.
class EventLoop {
 public:
  boost::asio::io_context& io() { return io_; }
  service::Executor executor() { return io_.get_executor(); }

  /// Starts a coroutine; its value will stand in `target`.
  template <class T>
  void start(service::Task<T> task, std::optional<T>& target) {
    boost::asio::co_spawn(io_, keep(std::move(task), target), boost::asio::detached);
  }
  void start(service::Task<void> task) { boost::asio::co_spawn(io_, std::move(task), boost::asio::detached); }

  /// Until the condition holds; throws where it does not within 20 s.
  template <class Condition>
  void until(Condition condition) {
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!condition()) {
      io_.restart();
      io_.run_one_until(give_up);
      if (std::chrono::steady_clock::now() >= give_up)
        throw std::runtime_error("what the test waits for did not happen");
    }
  }

  /// The value of one coroutine.
  template <class T>
  T run(service::Task<T> task) {
    std::optional<T> value;
    start(std::move(task), value);
    until([&value] { return value.has_value(); });
    return std::move(*value);
  }

 private:
  template <class T>
  static service::Task<void> keep(service::Task<T> task, std::optional<T>& target) {
    target.emplace(co_await std::move(task));
  }

  boost::asio::io_context io_{1};
};

}  // namespace signet::test
