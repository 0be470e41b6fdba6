#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "daemon/service/disk_thread.h"
#include "daemon/service/wake_up.h"
#include "host/file_descriptor.h"

namespace signet::service {

/// Files onto the disk, many writers at a time: who comes while one round is under way shares the next, so that the
/// disk is waited for as often as it can, and not as often as somebody asks.
class GroupCommit {
 public:
  using File = std::shared_ptr<const host::FileDescriptor>;
  /// Done by the disk's thread when the files of a round are on the disk.
  using Then = DiskThread::Work;
  using Done = std::function<void(const Result<void>&)>;

  /// `done` hears the outcome of every round on the I/O thread; it outlives this.
  GroupCommit(Executor io, Done done) : io_(io), done_(std::move(done)), disk_(io) {}

  /// All that was written to `file` before the call is on the disk when this returns without error. Error io_failure,
  /// or deadline_exceeded at `deadline`.
  Task<Result<void>> synced(File file, Deadline deadline);
  /// The same without anybody who waits. `file` may be null: then `then` alone is to do.
  void start(File file, Then then = {});
  /// Waits for the rounds that have begun. Nothing may be asked for afterwards.
  void finish() { disk_.finish(); }

 private:
  struct Round {
    std::vector<File> files{};
    std::vector<Then> thens{};
    std::vector<WakeUp*> waiting{};
    std::optional<Result<void>> outcome{};
  };
  using RoundPtr = std::shared_ptr<Round>;

  RoundPtr join(File file);
  void begin();
  void end(Round& round, Result<void> outcome);

  Executor io_;
  Done done_;
  RoundPtr next_;  ///< gathers those who came while a round is under way
  bool under_way_ = false;
  DiskThread disk_;
};

}  // namespace signet::service
