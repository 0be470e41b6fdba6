// What passes from one image to the next, and what must not: the module of the last one has meddled with the process.
#include <algorithm>
#include <csignal>
#include <fcntl.h>
#include <set>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/fault/faulty_service.h"
#include "tests/support/matchers.h"
#include "tests/support/notify_socket.h"
#include "tests/support/process_view.h"

namespace signet::test {
namespace {

constexpr const char* kHeldMask = "0000000000004003";  ///< SIGHUP (1), SIGINT (2), SIGTERM (15)
constexpr unsigned long kPipe = 1UL << (SIGPIPE - 1);
/// glibc's own: posix_spawn leaves one of them ignored, and no program can change that.
constexpr unsigned long kInternalSignals = 3UL << 31U;

unsigned long ignored_signals(const ProcessView& process) {
  return std::stoul(process.status("SigIgn"), nullptr, 16) & ~kInternalSignals;
}

/// ThreadSanitizer has a thread of its own, which blocks all signals that it can.
bool is_of_sanitizer([[maybe_unused]] const std::string& mask) {
#ifdef __SANITIZE_THREAD__
  return mask == "fffffffe7ffbfeff";
#else
  return false;
#endif
}

/// Can this process lock the file, or does another hold its lock?
bool can_lock(const std::string& file) {
  const host::FileDescriptor fd(::open(file.c_str(), O_RDWR | O_CLOEXEC));
  struct flock lock {};
  lock.l_type = F_WRLCK;
  return fd.valid() && ::fcntl(fd.get(), F_SETLK, &lock) == 0;
}

ino_t inode_of(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 ? status.st_ino : 0;
}

std::multiset<std::string> names_of(const std::vector<std::string>& environment) {
  std::multiset<std::string> names;
  for (const std::string& entry : environment) names.insert(entry.substr(0, entry.find('=')));
  return names;
}

bool holds(const std::vector<std::string>& texts, const std::string& text) {
  return std::ranges::any_of(texts, [&](const std::string& each) { return each.find(text) != std::string::npos; });
}

/// Loses the image and holds the next one up before its module can do anything.
void lose_and_hold(const FaultyService& fixture) {
  const long initialized = fixture.faults.count("C_Initialize");
  fixture.faults.set_rules({"C_Sign rv=0x32 times=1", "C_Initialize hang"});
  CHECK_FALSE(fixture.ask().has_value());
  poll_until("the next image initialises", [&] { return fixture.faults.count("C_Initialize") > initialized; });
}

}  // namespace

TEST_CASE("a new image inherits nothing that a module did to the process", "[fault]") {
  const bool socket_activated = GENERATE(false, true);
  const ScratchDirectory scratch;
  const std::string locked = scratch.file("locked-by-module");
  const FaultyService fixture(
      {.character = "leaks=" + locked + ",ignores-signal=10,ignores-signal=3,blocks-signals,sets-timer",
       .socket_activated = socket_activated});
  fixture.require_signs();
  const ProcessView process(fixture.service.pid());
  const auto arguments = process.arguments();
  const auto path_inode = inode_of(fixture.service.socket());
  const auto socket = process.descriptor(3);
  // What the new image is spared must be there at first.
  CHECK_FALSE(can_lock(locked));
  CHECK(holds(process.descriptors(), locked));
  CHECK(ignored_signals(process) != kPipe);

  for (const std::uint32_t epoch : {1U, 2U, 3U}) {
    lose_and_hold(fixture);
    INFO("image " << epoch);
    CHECK(can_lock(locked));
    CHECK_FALSE(holds(process.descriptors(), locked));
    CHECK(ignored_signals(process) == kPipe);
    for (const std::string& mask : process.blocked_signals()) {
      if (!is_of_sanitizer(mask)) CHECK(mask == kHeldMask);
    }
    CHECK(process.status("Umask") == "0077");
    CHECK(process.status("NoNewPrivs") == "1");
    CHECK(process.arguments() == arguments);
    CHECK(process.descriptor(3) == socket);
    CHECK(inode_of(fixture.service.socket()) == path_inode);
    const auto seen = fixture.service.wait_for(link::OPENING);
    CHECK(seen.epoch() == epoch);
    const auto names = names_of(process.environment());
    CHECK(names.size() == std::set<std::string>(names.begin(), names.end()).size());
    fixture.faults.set_rules({});
    fixture.require_signs();
  }
  CHECK(process.dumpable() == 0);
  CHECK(fixture.service.runs());
}

TEST_CASE("descriptors and environment do not grow from image to image", "[fault]") {
  const bool socket_activated = GENERATE(false, true);
  const FaultyService fixture({.socket_activated = socket_activated});
  const ProcessView process(fixture.service.pid());
  std::vector<std::size_t> sizes;
  std::vector<std::multiset<std::string>> names;
  for (int i = 0; i < 4; ++i) {
    fixture.require_signs();
    lose_and_hold(fixture);
    const auto connection = fixture.service.connect();
    sizes.push_back(process.descriptors().size());
    names.push_back(names_of(process.environment()));
    fixture.faults.set_rules({});
  }
  fixture.require_signs();
  CHECK(std::ranges::adjacent_find(names, std::not_equal_to<>()) == names.end());
  // Connections of earlier questions may still be ending.
  CHECK(std::ranges::max(sizes) <= std::ranges::min(sizes) + 2);
}

TEST_CASE("the service manager hears from a new image: ready, its state, its watchdog", "[fault]") {
  const SoftHsm hsm;
  const PublicKey key = hsm.make_key({.label = "apple"});
  const FaultControl faults(hsm);
  NotifySocket manager(hsm.directory().file("notify"));
  auto environment = faults.environment();
  environment["NOTIFY_SOCKET"] = manager.path();
  environment["WATCHDOG_USEC"] = "300000";
  environment["CREDENTIALS_DIRECTORY"] = hsm.directory().path();
  const TokenProcess service(
      hsm, {.module = FaultControl::module(), .environment = environment, .has_pin_file = false, .watched = true});
  service.wait_for(link::READY);
  (void)manager.take();
  faults.set_rules({"C_Sign rv=0x32 times=1", "C_Initialize hang"});
  CHECK_FALSE(service.connect().call(sign_request("apple", key)).has_value());

  std::vector<std::string> heard;
  const auto hears = [&](const std::string& text) {
    poll_until("the service manager hears " + text, [&] {
      for (std::string& message : manager.take()) heard.push_back(std::move(message));
      return holds(heard, text);
    });
  };
  hears("READY=1\nSTATUS=opening: the token was lost");
  hears("WATCHDOG=1");
  CHECK(service.wait_for(link::OPENING).epoch() == 1);
  heard.clear();
  faults.set_rules({});
  // The PIN came as a credential again.
  hears("STATUS=ready: the token is open");
  hears("WATCHDOG=1");
  service.wait_for(link::READY);
}

TEST_CASE("one thread hangs in C_Sign, the next image in C_Initialize, and nobody's connect is refused", "[fault]") {
  const bool socket_activated = GENERATE(false, true);
  const FaultyService fixture(
      {.options = {"call-timeout = 1s", "start-timeout = 1s"}, .socket_activated = socket_activated});
  fixture.require_signs();
  const pid_t pid = fixture.service.pid();
  const auto inode = inode_of(fixture.service.socket());
  fixture.faults.set_rules({"C_Sign hang times=1", "C_Initialize hang times=1"});
  SigningLoad load(fixture.service.socket(), "apple", fixture.key, 4);
  poll_until("a call hangs", [&] { return fixture.faults.count("rule.0") > 0; });
  // The others are served on meanwhile.
  const long good = load.tally().good;
  poll_until("others are served", [&] { return load.tally().good > good + 20; });
  load.wait_for_good(5);
  const auto tally = load.stop();
  CHECK(tally.wrong == 0);
  CHECK(tally.unconnected == 0);
  CHECK(tally.cut >= 1);
  const auto ready = fixture.service.wait_for(link::READY);
  CHECK(ready.epoch() == 2);
  CHECK(fixture.service.pid() == pid);
  CHECK(fixture.service.runs());
  CHECK(inode_of(fixture.service.socket()) == inode);
  // The image that hung in C_Initialize had not logged in.
  CHECK(fixture.faults.count("C_Login") == 2);
  const std::string log = fixture.service.log();
  CHECK(log.find("image 1 after: a call into the PKCS#11 module is not back in time") != std::string::npos);
  CHECK(log.find("image 2 after: a call into the PKCS#11 module is not back in time") != std::string::npos);
}

TEST_CASE("SIGTERM ends a service between two images, whatever the module did to signals", "[fault]") {
  const bool socket_activated = GENERATE(false, true);
  FaultyService fixture({.options = {"call-timeout = 1s"},
                         .character = "ignores-signal=15,blocks-signals,sets-timer",
                         .socket_activated = socket_activated});
  fixture.require_signs();
  lose_and_hold(fixture);
  CHECK(fixture.service.terminate() == 0);
  CHECK((inode_of(fixture.service.socket()) != 0) == socket_activated);
}

}  // namespace signet::test
