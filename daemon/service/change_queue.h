#pragma once

#include <deque>
#include <memory>

#include "daemon/service/io.h"
#include "daemon/service/wake_up.h"

namespace signet::service {

/// One change of what is in force at a time, in the order in which they are asked for: each is decided, waits for the
/// audit log's disk, and then takes effect, and nothing that it was decided by may change meanwhile.
class ChangeQueue {
 private:
  struct State {
    bool taken = false;
    std::deque<std::shared_ptr<WakeUp>> waiting{};
  };

 public:
  /// Whose turn it is, until this is gone. It may outlive the queue.
  class Turn {
   public:
    explicit Turn(std::shared_ptr<State> state) : state_(std::move(state)) {}
    ~Turn();
    Turn(Turn&&) = default;
    Turn& operator=(Turn&&) = delete;

   private:
    std::shared_ptr<State> state_;
  };

  explicit ChangeQueue(Executor io) : io_(io) {}

  /// Waits for those who came before.
  Task<Turn> turn();

 private:
  Executor io_;
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace signet::service
