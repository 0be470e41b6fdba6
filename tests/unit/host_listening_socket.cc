#include <algorithm>
#include <atomic>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <mutex>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include "host/listening_socket.h"
#include "tests/support/child_process.h"
#include "tests/support/environment_variable.h"
#include "tests/support/matchers.h"
#include "tests/support/scratch_directory.h"
#include "tests/support/unix_sockets.h"

using signet::ErrorCode;
using signet::host::InheritedSockets;
using signet::host::ListeningSocket;
using signet::host::open_listening_socket;
using signet::host::SocketSpec;
using signet::test::connect_error;
using signet::test::ScratchDirectory;

namespace {

signet::Result<ListeningSocket> open_at(const std::string& path, mode_t mode = 0600) {
  InheritedSockets none;
  return open_listening_socket(SocketSpec{"api", path, mode}, none);
}

mode_t mode_of(const std::string& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0 ? status.st_mode & 07777 : 0;
}

std::size_t entries(const ScratchDirectory& scratch) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(scratch.path()), {}));
}

}  // namespace

TEST_CASE("listening socket: bound at the path with the mode that was asked for") {
  const ScratchDirectory scratch;
  const std::string path = scratch.file("api.sock");
  for (const mode_t mode : {mode_t{0600}, mode_t{0660}, mode_t{0666}}) {
    const mode_t umask_before = ::umask(0077);
    auto socket = open_at(path, mode);
    ::umask(umask_before);
    REQUIRE_OK(socket);
    REQUIRE(mode_of(path) == mode);
    REQUIRE(connect_error(path) == 0);
    REQUIRE(socket->bound_path == path);
    REQUIRE_FALSE(socket->inherited);
    REQUIRE((::fcntl(socket->fd.get(), F_GETFD) & FD_CLOEXEC) != 0);
    REQUIRE(entries(scratch) == 1);
  }
}

TEST_CASE("listening socket: the path never shows another mode than the final one") {
  const ScratchDirectory scratch;
  const std::string path = scratch.file("api.sock");
  std::atomic<bool> done{false};
  std::atomic<bool> other_mode{false};
  std::thread watcher([&] {
    while (!done) {
      const mode_t mode = mode_of(path);
      if (mode != 0 && mode != 0600) other_mode = true;
    }
  });
  const mode_t umask_before = ::umask(0);  // a socket bound in place would be 0777 for a moment
  bool all_opened = true;
  for (int i = 0; i < 300; ++i) all_opened = all_opened && open_at(path).has_value();
  ::umask(umask_before);
  done = true;
  watcher.join();
  REQUIRE(all_opened);
  REQUIRE_FALSE(other_mode);
}

TEST_CASE("listening socket: a path left by a dead process is replaced") {
  const ScratchDirectory scratch;
  const std::string path = scratch.file("api.sock");
  { const auto dead = signet::test::bound_socket(path, SOCK_STREAM); }
  REQUIRE(connect_error(path) == ECONNREFUSED);
  const auto socket = open_at(path);
  REQUIRE_OK(socket);
  REQUIRE(connect_error(path) == 0);
}

TEST_CASE("listening socket: a live one is never replaced") {
  const ScratchDirectory scratch;
  const std::string path = scratch.file("api.sock");
  const auto living = signet::test::bound_socket(path, SOCK_STREAM);
  REQUIRE_ERROR(open_at(path), ErrorCode::io_failure);
  REQUIRE(connect_error(path) == 0);
  REQUIRE(entries(scratch) == 1);
}

TEST_CASE("listening socket: one whose process is just dying is waited for and replaced") {
  const ScratchDirectory scratch;
  const std::string path = scratch.file("api.sock");
  auto dying = signet::test::bound_socket(path, SOCK_STREAM);
  // Dead as soon as the first probe has been there.
  std::thread death([&dying] {
    const signet::host::FileDescriptor probe(::accept(dying.get(), nullptr, nullptr));
    dying.reset();
  });
  const auto socket = open_at(path);
  death.join();
  REQUIRE_OK(socket);
  REQUIRE(connect_error(path) == 0);
}

TEST_CASE("listening socket: a live one whose backlog is full is never replaced") {
  const ScratchDirectory scratch;
  const std::string path = scratch.file("api.sock");
  const auto living = signet::test::bound_socket(path, SOCK_STREAM);
  REQUIRE(::listen(living.get(), 0) == 0);
  std::vector<signet::host::FileDescriptor> waiting;
  const signet::test::UnixAddress address(path);
  do waiting.emplace_back(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0));
  while (::connect(waiting.back().get(), address.get(), address.length) == 0);
  REQUIRE(errno == EAGAIN);
  REQUIRE_ERROR(open_at(path), ErrorCode::io_failure);
}

TEST_CASE("listening socket: what is not a stream socket is never replaced") {
  const ScratchDirectory scratch;
  const std::string file = scratch.file("file");
  std::ofstream(file) << "precious";
  REQUIRE_ERROR(open_at(file), ErrorCode::io_failure);
  REQUIRE(std::filesystem::file_size(file) == 8);

  std::filesystem::create_symlink(file, scratch.file("link"));
  REQUIRE_ERROR(open_at(scratch.file("link")), ErrorCode::io_failure);
  std::filesystem::create_directory(scratch.file("directory"));
  REQUIRE_ERROR(open_at(scratch.file("directory")), ErrorCode::io_failure);

  const auto datagram = signet::test::bound_socket(scratch.file("datagram"), SOCK_DGRAM);
  REQUIRE_ERROR(open_at(scratch.file("datagram")), ErrorCode::io_failure);
  REQUIRE(entries(scratch) == 4);
}

TEST_CASE("listening socket: a bad path is refused") {
  const ScratchDirectory scratch;
  REQUIRE_ERROR(open_at(""), ErrorCode::io_failure);
  REQUIRE_ERROR(open_at(scratch.file(std::string(108, 'a'))), ErrorCode::io_failure);
  REQUIRE_ERROR(open_at(scratch.file("missing/api.sock")), ErrorCode::io_failure);
}

TEST_CASE("listening socket: the longest path of 107 octets works") {
  const ScratchDirectory scratch;
  const std::string path = scratch.file(std::string(107 - scratch.path().size() - 1, 'a'));
  REQUIRE(path.size() == 107);
  const auto socket = open_at(path);
  REQUIRE_OK(socket);
  REQUIRE(connect_error(path) == 0);
}

TEST_CASE("listening socket: of several starting at once exactly one gets a dead path") {
  const ScratchDirectory scratch;
  const std::string path = scratch.file("api.sock");
  { const auto dead = signet::test::bound_socket(path, SOCK_STREAM); }
  std::vector<signet::Result<ListeningSocket>> results;
  std::mutex mutex;  // guards results
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i)
      threads.emplace_back([&] {
        auto result = open_at(path);
        const std::lock_guard lock(mutex);
        results.push_back(std::move(result));
      });
  }
  REQUIRE(std::count_if(results.begin(), results.end(), [](const auto& result) { return result.has_value(); }) == 1);
  REQUIRE(connect_error(path) == 0);
}

TEST_CASE("listening socket: an inherited one is taken before the path") {
  const ScratchDirectory scratch;
  const int outcome = signet::test::in_child([&] {
    ::dup2(signet::test::bound_socket(scratch.file("given"), SOCK_STREAM).release(), 3);
    const signet::test::EnvironmentVariable pid("LISTEN_PID", std::to_string(::getpid()));
    const signet::test::EnvironmentVariable count("LISTEN_FDS", "1");
    const signet::test::EnvironmentVariable names("LISTEN_FDNAMES", "api");
    auto inherited = InheritedSockets::take();
    if (!inherited) return 1;
    const auto socket = open_listening_socket(SocketSpec{"api", scratch.file("other")}, *inherited);
    if (!socket || !socket.value().inherited || !socket.value().bound_path.empty()) return 2;
    return connect_error(scratch.file("other")) == ENOENT ? 0 : 3;
  });
  REQUIRE(outcome == 0);
}
