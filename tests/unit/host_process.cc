#include <fcntl.h>
#include <fstream>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/process.h"
#include "tests/support/child_process.h"
#include "tests/support/matchers.h"
#include "tests/support/scratch_directory.h"

using signet::ErrorCode;

TEST_CASE("process: hardened in every point") {
  const int outcome = signet::test::in_child([] {
    ::signal(SIGPIPE, SIG_DFL);
    ::close(STDIN_FILENO);
    ::close(STDERR_FILENO);
    if (!signet::host::harden_process()) return 1;
    rlimit core{};
    if (::getrlimit(RLIMIT_CORE, &core) != 0 || core.rlim_cur != 0 || core.rlim_max != 0) return 2;
    if (::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0) return 3;
    if (::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1) return 4;
    struct sigaction pipe_action {};
    if (::sigaction(SIGPIPE, nullptr, &pipe_action) != 0 || pipe_action.sa_handler != SIG_IGN) return 5;
    if (::umask(0) != 0077) return 6;
    for (int fd = 0; fd <= STDERR_FILENO; ++fd)
      if (::fcntl(fd, F_GETFD) < 0) return 7;
    return 0;
  });
  REQUIRE(outcome == 0);
}

TEST_CASE("read file: whole, or an error with the path in the detail only") {
  const signet::test::ScratchDirectory scratch;
  const std::string path = scratch.file("file");
  std::ofstream(path) << "ten octets";
  const auto whole = signet::host::read_file(path, 10);
  REQUIRE_OK(whole);
  REQUIRE(whole.value() == "ten octets");

  const auto large = signet::host::read_file(path, 9);
  REQUIRE_ERROR(large, ErrorCode::io_failure);
  REQUIRE(large.error().detail == path);
  const auto missing = signet::host::read_file(scratch.file("missing"), 10);
  REQUIRE_ERROR(missing, ErrorCode::io_failure);
  REQUIRE(missing.error().message.find(scratch.path()) == std::string::npos);
  REQUIRE(missing.error().detail.find(scratch.file("missing")) != std::string::npos);
  REQUIRE_ERROR(signet::host::read_file(scratch.path(), 10), ErrorCode::io_failure);
}

TEST_CASE("read file: a FIFO is refused and not waited for") {
  const signet::test::ScratchDirectory scratch;
  const std::string path = scratch.file("fifo");
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  const auto refused = signet::host::read_file(path, 10);
  REQUIRE_ERROR(refused, ErrorCode::io_failure);
  REQUIRE(refused.error().detail.find(path) != std::string::npos);
}
