#include <fcntl.h>
#include <string>
#include <unistd.h>

#include "host/inherited_sockets.h"
#include "tests/support/child_process.h"
#include "tests/support/environment_variable.h"
#include "tests/support/matchers.h"
#include "tests/support/scratch_directory.h"
#include "tests/support/unix_sockets.h"

using signet::ErrorCode;
using signet::host::FileDescriptor;
using signet::host::InheritedSockets;
using signet::test::EnvironmentVariable;

namespace {

/// The variables of one start, gone again at the end of the scope.
struct Handover {
  Handover(const std::string& pid, const std::string& count, const std::optional<std::string>& names)
      : pid_("LISTEN_PID", pid), count_("LISTEN_FDS", count), names_("LISTEN_FDNAMES", names) {}
  EnvironmentVariable pid_, count_, names_;
};

std::string own_pid() { return std::to_string(::getpid()); }

void require_nonsense(const std::string& pid, const std::string& count, const std::optional<std::string>& names) {
  const Handover handover(pid, count, names);
  const auto taken = InheritedSockets::take();
  REQUIRE_ERROR(taken, ErrorCode::bad_input);
}

/// 0 when the socket at descriptor 3 arrives under the name that is asked for.
int hand_over(const std::optional<std::string>& given_names, const std::string& asked) {
  const signet::test::ScratchDirectory scratch;
  const std::string path = scratch.file("s");
  return signet::test::in_child([&] {
    // The descriptor may not close at the end of a scope: 3 itself is what is handed over.
    FileDescriptor socket = signet::test::bound_socket(path, SOCK_STREAM);
    if (::dup2(socket.release(), 3) != 3) return 10;
    const Handover handover(own_pid(), "1", given_names);
    auto taken = InheritedSockets::take();
    if (!taken) return 11;
    if (std::getenv("LISTEN_FDS") != nullptr || std::getenv("LISTEN_PID") != nullptr) return 12;
    const FileDescriptor found = taken->take_named(asked);
    if (found.get() != 3) return 13;
    return (::fcntl(3, F_GETFD) & FD_CLOEXEC) != 0 ? 0 : 14;
  });
}

}  // namespace

TEST_CASE("inherited sockets: nothing is handed over") {
  const EnvironmentVariable pid("LISTEN_PID", std::nullopt);
  const EnvironmentVariable count("LISTEN_FDS", std::nullopt);
  auto taken = InheritedSockets::take();
  REQUIRE_OK(taken);
  REQUIRE_FALSE(taken->take_named("api").valid());
}

TEST_CASE("inherited sockets: another process's sockets are left alone") {
  const Handover handover("1", "1", "api");
  auto taken = InheritedSockets::take();
  REQUIRE_OK(taken);
  REQUIRE_FALSE(taken->take_named("api").valid());
}

TEST_CASE("inherited sockets: nonsense is refused") {
  require_nonsense("x", "1", "api");
  require_nonsense("-1", "1", "api");
  require_nonsense(own_pid(), "", "api");
  require_nonsense(own_pid(), "-1", "api");
  require_nonsense(own_pid(), "1x", "api");
  require_nonsense(own_pid(), "65", std::nullopt);
  require_nonsense(own_pid(), "99999999999999999999", "api");
  require_nonsense(own_pid(), "1", "api:admin");
  require_nonsense(own_pid(), "2", "api");
}

TEST_CASE("inherited sockets: a descriptor that is not open is refused") {
  const int outcome = signet::test::in_child([] {
    ::close(3);
    const Handover handover(own_pid(), "1", "api");
    const auto taken = InheritedSockets::take();
    return !taken && taken.error().code == ErrorCode::bad_input ? 0 : 1;
  });
  REQUIRE(outcome == 0);
}

TEST_CASE("inherited sockets: a listening socket arrives by name, close-on-exec, and the variables are gone") {
  REQUIRE(hand_over("api", "api") == 0);
}

TEST_CASE("inherited sockets: a single unnamed socket answers to any name") {
  REQUIRE(hand_over(std::nullopt, "api") == 0);
  REQUIRE(hand_over("signetd.socket", "api") == 0);
}

TEST_CASE("inherited sockets: a socket of another name is not given") { REQUIRE(hand_over("admin", "api") == 13); }

TEST_CASE("inherited sockets: a datagram socket or a file is not given") {
  const signet::test::ScratchDirectory scratch;
  const int outcome = signet::test::in_child([&] {
    ::dup2(signet::test::bound_socket(scratch.file("d"), SOCK_DGRAM).release(), 3);
    ::dup2(::open("/dev/null", O_RDONLY), 4);
    const Handover handover(own_pid(), "2", "api:admin");
    auto taken = InheritedSockets::take();
    if (!taken) return 1;
    return !taken->take_named("api").valid() && !taken->take_named("admin").valid() ? 0 : 2;
  });
  REQUIRE(outcome == 0);
}

TEST_CASE("inherited sockets: our own handover is what take reads") {
  const auto entries = signet::host::inheritance_environment("token", 4711);
  REQUIRE(entries == std::vector<std::string>{"LISTEN_PID=4711", "LISTEN_FDS=1", "LISTEN_FDNAMES=token"});
}
