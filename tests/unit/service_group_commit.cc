#include <fcntl.h>
#include <future>
#include <unistd.h>

#include "daemon/service/group_commit.h"
#include "tests/support/catch.h"
#include "tests/support/matchers.h"
#include "tests/support/scratch_directory.h"
#include "tests/unit/service_event_loop.h"

namespace signet::test {
namespace {

using namespace std::chrono_literals;
using service::Deadline;
using service::GroupCommit;

Deadline soon() { return service::SteadyClock::now() + 20s; }

/// A commit whose disk waits in its first round until it is let go.
struct Bench {
  Bench() {
    commit.start(nullptr, [held = let_go.get_future().share()] {
      held.wait();
      return Result<void>();
    });
  }

  GroupCommit::File file(const std::string& name) {
    return std::make_shared<host::FileDescriptor>(
        ::open(directory.file(name).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  }

  ScratchDirectory directory;
  EventLoop loop;
  std::promise<void> let_go;
  int rounds = 0;
  std::optional<Result<void>> last;
  GroupCommit commit{loop.executor(), [this](const Result<void>& outcome) {
                       ++rounds;
                       last = outcome;
                     }};
};

}  // namespace

TEST_CASE("group commit: those who come while a round is under way share the next") {
  Bench bench;
  std::array<std::optional<Result<void>>, 20> outcomes;
  for (auto& outcome : outcomes) bench.loop.start(bench.commit.synced(bench.file("log"), soon()), outcome);
  bench.loop.io().poll();
  REQUIRE(bench.rounds == 0);
  REQUIRE_FALSE(outcomes[0]);
  bench.let_go.set_value();
  bench.loop.until([&] { return std::ranges::all_of(outcomes, [](const auto& each) { return each.has_value(); }); });
  for (const auto& outcome : outcomes) REQUIRE_OK(*outcome);
  REQUIRE(bench.rounds == 2);
}

TEST_CASE("group commit: a failure is for all of its round and for no other") {
  Bench bench;
  std::optional<Result<void>> good;
  std::optional<Result<void>> bad;
  bench.loop.start(bench.commit.synced(bench.file("log"), soon()), good);
  bench.loop.start(bench.commit.synced(std::make_shared<host::FileDescriptor>(), soon()), bad);
  bench.loop.io().poll();
  bench.let_go.set_value();
  bench.loop.until([&] { return good && bad; });
  REQUIRE_ERROR(*bad, ErrorCode::io_failure);
  REQUIRE_ERROR(*good, ErrorCode::io_failure);
  REQUIRE_ERROR(*bench.last, ErrorCode::io_failure);
  REQUIRE_OK(bench.loop.run(bench.commit.synced(bench.file("log"), soon())));
  REQUIRE_OK(*bench.last);
}

TEST_CASE("group commit: nobody waits past the deadline, and the round goes on without him") {
  Bench bench;
  const auto late = bench.loop.run(bench.commit.synced(bench.file("log"), service::SteadyClock::now()));
  REQUIRE_ERROR(late, ErrorCode::deadline_exceeded);
  bench.let_go.set_value();
  bench.loop.until([&] { return bench.rounds == 2; });
  REQUIRE_OK(*bench.last);
}

TEST_CASE("group commit: what follows a round is done when its files are on the disk, and not after a failure") {
  Bench bench;
  bool done = false;
  const auto then = [&done] {
    done = true;
    return Result<void>();
  };
  bench.let_go.set_value();
  bench.loop.until([&] { return bench.rounds == 1; });
  bench.commit.start(std::make_shared<host::FileDescriptor>(), then);
  bench.loop.until([&] { return bench.rounds == 2; });
  REQUIRE_FALSE(done);
  bench.commit.start(bench.file("log"), then);
  bench.commit.finish();
  REQUIRE(done);
}

}  // namespace signet::test
