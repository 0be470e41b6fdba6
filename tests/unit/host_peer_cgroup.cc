#include <array>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

#include "host/file_descriptor.h"
#include "host/peer_cgroup.h"
#include "tests/support/child_process.h"
#include "tests/support/matchers.h"
#include "tests/support/scratch_directory.h"
#include "tests/support/unix_sockets.h"

using signet::host::cgroup_of_process;
using signet::host::FileDescriptor;
using signet::host::peer_cgroup;
using signet::host::peer_credentials;
using signet::host::PeerCredentials;

namespace {

constexpr int kSoPeerPidfd = 77;

std::string own_cgroup() {
  std::ifstream file("/proc/self/cgroup");
  return {std::istreambuf_iterator<char>(file), {}};
}

struct Pair {
  Pair() {
    std::array<int, 2> ends{};
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0);
    one.reset(ends[0]);
    other.reset(ends[1]);
  }
  FileDescriptor one, other;
};

PeerCredentials credentials_of(int fd) {
  auto peer = peer_credentials(fd);
  REQUIRE_OK(peer);
  return std::move(peer).value();
}

bool kernel_gives_handles(int fd) {
  int pidfd = -1;
  socklen_t length = sizeof pidfd;
  if (::getsockopt(fd, SOL_SOCKET, kSoPeerPidfd, &pidfd, &length) != 0) return false;
  ::close(pidfd);
  return true;
}

/// The pid of a child that has ended and was reaped: nobody's, for now.
pid_t ended_process() {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return child;
}

}  // namespace

TEST_CASE("peer cgroup: that of a running peer, by its handle and by its process id") {
  const Pair pair;
  const PeerCredentials peer = credentials_of(pair.one.get());
  REQUIRE(peer_cgroup(pair.one.get(), peer) == own_cgroup());
  REQUIRE(cgroup_of_process(peer) == own_cgroup());
}

TEST_CASE("peer cgroup: the handle tells a peer that has ended from the process that has its id now") {
  const Pair pair;
  PeerCredentials peer = credentials_of(pair.one.get());
  if (!kernel_gives_handles(pair.one.get())) {
    WARN("left out: this kernel has no SO_PEERPIDFD");
    return;
  }
  // The peer is a child that connects and ends; its id is then taken for ours, as after a reuse.
  const signet::test::ScratchDirectory scratch;
  const FileDescriptor listener = signet::test::bound_socket(scratch.file("s"), SOCK_STREAM);
  REQUIRE(signet::test::in_child([&] { return signet::test::connect_error(scratch.file("s")); }) == 0);
  const FileDescriptor accepted(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
  REQUIRE(accepted.valid());
  peer.pid = ::getpid();
  REQUIRE_FALSE(peer_cgroup(accepted.get(), peer));
}

TEST_CASE("peer cgroup: an ended process, and one of another user, have none by process id") {
  const uid_t self = ::geteuid();
  REQUIRE_FALSE(cgroup_of_process({.uid = self, .gid = 0, .pid = ended_process()}));
  REQUIRE_FALSE(cgroup_of_process({.uid = self + 1, .gid = 0, .pid = ::getpid()}));
  REQUIRE_FALSE(cgroup_of_process({.uid = self, .gid = 0, .pid = 0}));
  REQUIRE_FALSE(cgroup_of_process({.uid = self, .gid = 0, .pid = -1}));
}

TEST_CASE("peer cgroup: a peer of another PID namespace has none") {
  const Pair pair;
  REQUIRE_FALSE(peer_cgroup(pair.one.get(), {.uid = ::geteuid(), .gid = 0, .pid = 0}));
}

TEST_CASE("peer cgroup: what is no socket has none") {
  REQUIRE_FALSE(peer_cgroup(-1, {.uid = ::geteuid(), .gid = 0, .pid = ::getpid()}));
}
