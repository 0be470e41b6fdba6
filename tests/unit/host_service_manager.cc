#include <array>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

#include "host/service_manager.h"
#include "tests/support/environment_variable.h"
#include "tests/support/matchers.h"
#include "tests/support/scratch_directory.h"
#include "tests/support/unix_sockets.h"

using signet::host::FileDescriptor;
using signet::host::ServiceManager;
using signet::test::EnvironmentVariable;

namespace {

std::string received(const FileDescriptor& socket) {
  std::array<char, 1024> buffer{};
  const ssize_t size = ::recv(socket.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  return size < 0 ? "nothing" : std::string(buffer.data(), static_cast<std::size_t>(size));
}

void check_all_messages(const std::string& address) {
  const FileDescriptor manager = signet::test::bound_socket(address, SOCK_DGRAM);
  REQUIRE(manager.valid());
  const EnvironmentVariable variable("NOTIFY_SOCKET", address);
  const ServiceManager service;
  service.ready("2 keys");
  REQUIRE(received(manager) == "READY=1\nSTATUS=2 keys");
  service.status("token absent");
  REQUIRE(received(manager) == "STATUS=token absent");
  service.reloading();
  REQUIRE(received(manager).starts_with("RELOADING=1\nMONOTONIC_USEC="));
  service.watchdog();
  REQUIRE(received(manager) == "WATCHDOG=1");
  service.stopping();
  REQUIRE(received(manager) == "STOPPING=1");
}

std::optional<std::chrono::microseconds> watchdog_with(const std::optional<std::string>& usec,
                                                       const std::optional<std::string>& pid) {
  const EnvironmentVariable interval("WATCHDOG_USEC", usec);
  const EnvironmentVariable process("WATCHDOG_PID", pid);
  return ServiceManager().watchdog_interval();
}

}  // namespace

TEST_CASE("service manager: messages to a path") {
  const signet::test::ScratchDirectory scratch;
  check_all_messages(scratch.file("notify"));
}

TEST_CASE("service manager: messages to an abstract address") {
  check_all_messages("@signet-test-notify-" + std::to_string(::getpid()));
}

TEST_CASE("service manager: a status cannot carry another assignment") {
  const signet::test::ScratchDirectory scratch;
  const FileDescriptor manager = signet::test::bound_socket(scratch.file("notify"), SOCK_DGRAM);
  const EnvironmentVariable variable("NOTIFY_SOCKET", scratch.file("notify"));
  ServiceManager().status("bad\nMAINPID=1");
  REQUIRE(received(manager) == "STATUS=bad MAINPID=1");
}

TEST_CASE("service manager: nobody listening, or no such socket, is no failure") {
  const signet::test::ScratchDirectory scratch;
  for (const auto& address : {std::string(), std::string("relative"), scratch.file("missing"), std::string(200, '/')}) {
    const EnvironmentVariable variable("NOTIFY_SOCKET", address);
    ServiceManager().ready("fine");
  }
  const EnvironmentVariable variable("NOTIFY_SOCKET", std::nullopt);
  ServiceManager().ready("fine");
  SUCCEED();
}

TEST_CASE("service manager: a full queue never blocks") {
  const signet::test::ScratchDirectory scratch;
  const FileDescriptor manager = signet::test::bound_socket(scratch.file("notify"), SOCK_DGRAM);
  const EnvironmentVariable variable("NOTIFY_SOCKET", scratch.file("notify"));
  const ServiceManager service;
  for (int i = 0; i < 5000; ++i)
    service.watchdog();  // more than net.unix.max_dgram_qlen; a blocked send would end in the test's timeout
  REQUIRE(received(manager) == "WATCHDOG=1");
}

TEST_CASE("service manager: the watchdog interval is for the named process only") {
  using std::chrono::microseconds;
  const std::string own = std::to_string(::getpid());
  REQUIRE(watchdog_with("30000000", own) == microseconds(30'000'000));
  REQUIRE(watchdog_with("30000000", std::nullopt) == microseconds(30'000'000));
  REQUIRE_FALSE(watchdog_with("30000000", "1"));
  REQUIRE_FALSE(watchdog_with("30000000", "x"));
  REQUIRE_FALSE(watchdog_with(std::nullopt, own));
  for (const char* usec : {"", "0", "-5", "10s", "99999999999999999999"}) REQUIRE_FALSE(watchdog_with(usec, own));
}
