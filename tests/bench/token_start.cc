#include "tests/bench/token_start.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <optional>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include <fmt/format.h>
#include <spawn.h>

#include "tests/support/link_client.h"

namespace signet::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::minutes kPatience{2};
constexpr std::chrono::milliseconds kPollInterval{1};
constexpr int kDescriptions = 501;

Unexpected<Error> failure(std::string message) {
  return Unexpected(Error{.code = ErrorCode::io_failure, .message = std::move(message)});
}

// The service; ended with the object. SIGKILL: its leaving is not what is measured, and its socket goes with the store.
class Service {
 public:
  static Result<Service> start(const TokenStart& start) {
    std::array<std::string, 3> words{start.program, "--config", start.config};
    std::array<char*, 4> argv{words[0].data(), words[1].data(), words[2].data(), nullptr};
    pid_t pid = -1;
    if (::posix_spawn(&pid, argv[0], nullptr, nullptr, argv.data(), environ) != 0) return failure("posix_spawn");
    return Service(pid);
  }
  Service(Service&& other) noexcept : pid_(std::exchange(other.pid_, -1)) {}
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;
  Service& operator=(Service&&) = delete;
  ~Service() {
    if (pid_ < 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }

  bool runs() const {
    siginfo_t info{};
    return ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == 0;
  }

  /// As memory_kib.
  long memory(const std::string& line) const { return memory_kib(std::to_string(pid_), line); }
  double cpu_ms() const { return cpu_ms_of(pid_); }

 private:
  explicit Service(pid_t pid) : pid_(pid) {}
  pid_t pid_;
};

Result<test::LinkClient> wait_until_ready(const Service& service, const TokenStart& start) {
  const auto deadline = Clock::now() + kPatience;
  std::optional<test::LinkClient> client;
  while (service.runs() && Clock::now() < deadline) {
    if (!client) {
      if (auto opened = test::LinkClient::open(start.socket)) client.emplace(std::move(*opened));
    }
    if (client) {
      SIGNET_TRY_ASSIGN(const link::Description description, client->describe(start.object));
      if (description.state() == link::READY) return std::move(*client);
      if (description.state() != link::OPENING) return failure("signet-token: " + description.message());
    }
    std::this_thread::sleep_for(kPollInterval);
  }
  return failure("signet-token ended, or was not ready in time");
}

/// Microseconds.
Result<double> time_one_description(test::LinkClient& client, const std::string& object) {
  std::vector<double> times;
  Stopwatch stopwatch;
  for (int i = 0; i < kDescriptions; ++i) {
    SIGNET_TRY_ASSIGN(const link::Description description, client.describe(object));
    times.push_back(stopwatch.lap().wall_ms * 1000);
    if (description.key_size() != 1 || !description.key(0).usable()) return failure("the named key is not usable");
  }
  std::ranges::nth_element(times, times.begin() + kDescriptions / 2);
  return times[kDescriptions / 2];
}

Result<double> time_all_descriptions(test::LinkClient& client) {
  Stopwatch stopwatch;
  SIGNET_TRY(client.describe());
  return stopwatch.lap().wall_ms;
}

Result<Elapsed> time_refresh(test::LinkClient& client, const Service& service, const std::string& object) {
  link::Request request;
  request.mutable_refresh()->add_object(object);
  Stopwatch stopwatch;
  const double cpu_before = service.cpu_ms();
  SIGNET_TRY_ASSIGN(const link::Reply reply, client.call(std::move(request)));
  if (!reply.has_description()) return failure("not refreshed: " + reply.failure().message());
  return Elapsed{stopwatch.lap().wall_ms, service.cpu_ms() - cpu_before};
}

}  // namespace

std::string StartTimes::to_json() const {
  return fmt::format(
      R"({{"ready":{},"rss_kib":{},"peak_kib":{},"describe_one_us":{:.1f},"describe_all_ms":{:.1f},"refresh":{}}})",
      ready.to_json(), rss_kib, peak_kib, describe_one_us, describe_all_ms, refresh.to_json());
}

Result<StartTimes> measure_start(const TokenStart& start) {
  StartTimes times;
  Stopwatch stopwatch;
  SIGNET_TRY_ASSIGN(const Service service, Service::start(start));
  SIGNET_TRY_ASSIGN(test::LinkClient client, wait_until_ready(service, start));
  times.ready = {stopwatch.lap().wall_ms, service.cpu_ms()};
  times.rss_kib = service.memory("VmRSS");
  times.peak_kib = service.memory("VmHWM");
  SIGNET_TRY_ASSIGN(times.describe_one_us, time_one_description(client, start.object));
  SIGNET_TRY_ASSIGN(times.describe_all_ms, time_all_descriptions(client));
  SIGNET_TRY_ASSIGN(times.refresh, time_refresh(client, service, start.object));
  return times;
}

}  // namespace signet::bench
