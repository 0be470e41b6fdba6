#include "pkcs11/token_program.h"

#include <csignal>
#include <cstdlib>
#include <sys/prctl.h>
#include <system_error>
#include <thread>
#include <unistd.h>

#include <fmt/format.h>

#include "host/listening_socket.h"
#include "host/log.h"
#include "host/process.h"
#include "host/service_manager.h"
#include "pkcs11/link_server.h"
#include "pkcs11/next_image.h"
#include "pkcs11/pin.h"
#include "pkcs11/service_signals.h"
#include "pkcs11/token_keeper.h"

namespace signet::pkcs11 {
namespace {

constexpr const char* kSocketName = "token";

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

/// Often enough that a late call is noticed soon after its limit and that the service manager's watchdog is content.
CallWatch::Clock::duration look_interval(const TokenConfig& config, const host::ServiceManager& manager) {
  CallWatch::Clock::duration interval =
      std::min<CallWatch::Clock::duration>(config.call_timeout / 8, std::chrono::seconds(1));
  if (const auto watchdog = manager.watchdog_interval())
    interval = std::min<CallWatch::Clock::duration>(interval, *watchdog / 3);
  return std::max<CallWatch::Clock::duration>(interval, std::chrono::milliseconds(20));
}

std::string status_line(const StatusView& status) {
  return fmt::format("{}: {}", state_name(status.state), status.message);
}

/// Everything one process image holds. Never destroyed: threads use it until the process ends.
struct Image {
  Image(const TokenConfig& token_config, ImageHistory image_history, host::ListeningSocket listening_socket,
        NextImage::Plan plan)
      : config(token_config),
        history(std::move(image_history)),
        listening(std::move(listening_socket)),
        next_image(std::move(plan)),
        status(history.reason.empty() ? "the token is being opened" : "the token was lost and is being opened again",
               [this](const StatusView& view) { tell(view); }),
        limit(config.max_rate),
        probes(config.probe_interval),
        record(config.state_dir),
        service({.status = status,
                 .epoch = history.epoch,
                 .limit = limit,
                 .probes = probes,
                 .record = &record,
                 .start_afresh = [this] { keeper.give_up_bad_signatures(); }}),
        keeper({.config = config,
                .credentials_directory = variable("CREDENTIALS_DIRECTORY"),
                .history = history,
                .status = status,
                .service = service,
                .next_image = next_image,
                .probes = probes}),
        server(listening.fd.get(), service, {.allow = config.allow, .call_timeout = config.call_timeout}) {
    count_earlier_signatures();
  }

  void tell(const StatusView& view) const {
    host::log(host::LogLevel::notice, "state: " + status_line(view));
    manager.status(status_line(view));
  }
  void count_earlier_signatures();
  void start_threads();
  void serve_until_stopped(int signals);
  void list_keys_anew();
  void end_login();
  [[noreturn]] void leave();

  const TokenConfig& config;
  const ImageHistory history;
  const host::ServiceManager manager{};
  host::ListeningSocket listening;
  NextImage next_image;
  TokenStatus status;
  SignatureLimit limit;
  ProbeSchedule probes;
  SignedRecord record;
  TokenService service;
  TokenKeeper keeper;
  LinkServer server;
  std::unique_ptr<CallWatch> watch{};
};

void Image::count_earlier_signatures() {
  if (config.max_rate.empty()) return;
  const UtcTime now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  limit.count_earlier(record.times_since(now - limit.longest_window()), now);
}

void Image::start_threads() {
  watch = std::make_unique<CallWatch>(
      TokenKeeper::watch_slots(config), look_interval(config, manager), [this] { keeper.give_up_late_call(); },
      [this] { manager.watchdog(); });
  std::thread([this] { keeper.run(*watch); }).detach();
}

void Image::serve_until_stopped(int signals) {
  for (;;) {
    server.run(signals);
    if (take_signal(signals) != SIGHUP) return;
    try {
      // The module may take its time, and connections are accepted meanwhile.
      std::thread([this] { list_keys_anew(); }).detach();
    } catch (const std::system_error& error) {
      host::log(host::LogLevel::error, std::string("SIGHUP: no thread to list the token's keys: ") + error.what());
    }
  }
}

void Image::list_keys_anew() {
  record.reopen();
  const auto listed = service.refresh(Deadline::clock::now() + config.call_timeout);
  if (listed) return host::log(host::LogLevel::notice, "SIGHUP: the token's keys are listed anew");
  host::log(host::LogLevel::warning, "SIGHUP: the token's keys are not listed anew: " + listed.error().message);
}

// A login that is cut off leaves its record behind, and the PIN is then not tried again by itself: it gets all the time
// that a login may take.
void Image::end_login() {
  if (keeper.end_logins(std::chrono::milliseconds::zero())) return;
  host::log(host::LogLevel::notice,
            "a login is under way; leaving once the token has answered, or start-timeout is over");
  if (keeper.end_logins(config.start_timeout)) return;
  host::log(
      host::LogLevel::warning,
      "leaving with a login under way, whose outcome is not known; the next start does not try this PIN until the "
      "operator says with signet-admin token unlock-pin that it is right");
}

// Running calls finish, nothing is closed: C_Finalize and exit handlers crash modules that another thread is still
// inside.
void Image::leave() {
  manager.stopping();
  next_image.retire();
  status.stop_waiting();
  if (!listening.bound_path.empty()) ::unlink(listening.bound_path.c_str());
  if (!server.drain(config.call_timeout)) host::log(host::LogLevel::warning, "leaving with calls under way");
  end_login();
  ::_exit(EXIT_SUCCESS);
}

Result<host::ListeningSocket> open_socket(const TokenConfig& config, host::InheritedSockets& inherited, bool is_ours) {
  SIGNET_TRY_ASSIGN(
      host::ListeningSocket socket,
      host::open_listening_socket(
          {.name = kSocketName, .path = config.socket, .mode = config.socket_mode, .group = config.socket_group},
          inherited));
  if (is_ours) socket.bound_path = config.socket;
  SIGNET_TRY_ASSIGN(socket.fd, at_handover_descriptor(std::move(socket.fd)));
  return socket;
}

int fail(const Error& error) {
  host::log_failure(host::LogLevel::error, "signet-token does not start", error);
  return EXIT_FAILURE;
}

}  // namespace

int run_token_service(const TokenConfigReading& configuration, std::vector<std::string> arguments) {
  const TokenConfig& config = configuration.config;
  hold_signals();
  reset_signals();
  // Without this a re-executed image is called "exe", after /proc/self/exe.
  ::prctl(PR_SET_NAME, "signet-token");
  auto inherited = host::InheritedSockets::take();
  if (!inherited) return fail(inherited.error());
  ImageHistory history = take_image_history();
  if (const auto hardened = host::harden_process(); !hardened) return fail(hardened.error());
  auto listening = open_socket(config, *inherited, history.socket_is_ours);
  if (!listening) return fail(listening.error());
  if (!history.reason.empty())
    host::log(host::LogLevel::notice, "image " + std::to_string(history.epoch) + " after: " + history.reason);
  else if (const auto exposure = pin_exposure(config, variable("CREDENTIALS_DIRECTORY")))
    host::log(host::LogLevel::warning, "pin-file: " + *exposure);

  NextImage::Plan plan{.arguments = std::move(arguments),
                       .configuration = configuration.text,
                       .socket_name = kSocketName,
                       .socket_is_ours = !listening->bound_path.empty(),
                       .epoch = history.epoch};
  const host::FileDescriptor signals = waiting_signals();
  auto* image = new Image(config, std::move(history), std::move(*listening), std::move(plan));
  image->start_threads();
  image->manager.ready(status_line(image->status.view()));
  image->serve_until_stopped(signals.get());
  image->leave();
}

}  // namespace signet::pkcs11
