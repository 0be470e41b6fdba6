#include "daemon/service/daemon.h"

#include <ctime>
#include <signal.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <fmt/format.h>

#include "daemon/service/built_at.h"
#include "daemon/service/configuration_files.h"
#include "host/accounts.h"
#include "host/log.h"

namespace signet::service {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds kHousekeeping = 5s;
constexpr std::chrono::milliseconds kLinger = 5s;
constexpr std::chrono::milliseconds kLastWord = 1s;
constexpr std::size_t kMaxCacheBytes = 16 * 1024 * 1024;
constexpr std::size_t kAdminConnections = 16;
constexpr const char* kAdminGroup = "signet-admin";

// A quarter of the cache is one user's at most.
CacheLimits cache_limits(const rules::DaemonConfig& config) {
  return {.max_entries = config.cache_entries,
          .max_bytes = kMaxCacheBytes,
          .max_per_uid = std::max<std::size_t>(1, config.cache_entries / 4)};
}

ListenerLimits listener_limits(const rules::DaemonConfig& config, std::size_t max_connections) {
  return {.max_connections = max_connections,
          .connection = {.idle_timeout = config.idle_timeout, .max_age = config.connection_max_age}};
}

std::optional<gid_t> admin_group() {
  const Result<gid_t> group = host::group_id(kAdminGroup);
  if (!group) return std::nullopt;
  return *group;
}

}  // namespace

Result<std::unique_ptr<Daemon>> Daemon::create(rules::Configuration configuration, std::string config_path,
                                               host::InheritedSockets inherited, const host::ServiceManager& manager) {
  std::unique_ptr<Daemon> daemon(new Daemon(std::move(configuration), std::move(config_path), manager));
  SIGNET_TRY(daemon->load_state());
  SIGNET_TRY(daemon->listen(inherited));
  return daemon;
}

Daemon::Daemon(rules::Configuration configuration, std::string config_path, const host::ServiceManager& manager)
    : config_path_(std::move(config_path)),
      manager_(manager),
      state_{.configuration = std::make_shared<const rules::Configuration>(std::move(configuration)),
             .live = {},
             .rates = {},
             .holders = rules::JwtHolders(),
             .last_reload = {}},
      pins_(state_.configuration->daemon.state_dir + "/pins"),
      disabled_files_(state_.configuration->daemon.disabled_keys_dir()),
      audit_(io_.get_executor(), state_.configuration->daemon),
      changes_(io_.get_executor()),
      jwks_file_(state_),
      keys_(state_, pins_),
      rotation_({.state = state_,
                 .keys = keys_,
                 .audit = audit_,
                 .changes = changes_,
                 .switched = [this](const std::string& key) { on_switch(key); }},
                state_.configuration->daemon.rotation_dir()),
      signer_(audit_, built_at()),
      tokens_(io_.get_executor(), state_, keys_, [this] { jwks_file_.follow(); }),
      cache_(io_.get_executor(), cache_limits(state_.configuration->daemon)),
      issuer_(state_, keys_, tokens_, cache_, audit_, signer_),
      api_(state_, tokens_, issuer_, audit_, failures_),
      admin_({.state = state_,
              .tokens = tokens_,
              .cache = cache_,
              .audit = audit_,
              .changes = changes_,
              .failures = failures_,
              .disabled_files = disabled_files_,
              .rotation = rotation_,
              .jwks_file = jwks_file_,
              .reload = [this] { return reload(); },
              .connections = [this] { return api_listener_->connections(); }},
             admin_group()),
      signals_(io_.get_executor(), SIGTERM, SIGINT, SIGHUP) {}

Daemon::~Daemon() = default;

Result<void> Daemon::load_state() {
  SIGNET_TRY(pins_.load());
  SIGNET_TRY_ASSIGN(state_.live.disabled, disabled_files_.load());
  SIGNET_TRY(rotation_.load());
  rotation_.put_in_force(rules::Configuration(*state_.configuration));
  return {};
}

Result<void> Daemon::listen(host::InheritedSockets& inherited) {
  const rules::DaemonConfig& config = state_.configuration->daemon;
  const host::SocketSpec api{
      .name = "api", .path = config.socket, .mode = config.socket_mode, .group = config.socket_group};
  SIGNET_TRY_ASSIGN(host::ListeningSocket api_socket, host::open_listening_socket(api, inherited));
  api_listener_ =
      std::make_unique<Listener>(io_, std::move(api_socket), api_, listener_limits(config, config.max_connections));
  if (!config.admin_socket) return {};
  const host::SocketSpec admin{.name = "admin", .path = *config.admin_socket, .mode = 0660, .group = admin_group()};
  SIGNET_TRY_ASSIGN(host::ListeningSocket admin_socket, host::open_listening_socket(admin, inherited));
  admin_listener_ =
      std::make_unique<Listener>(io_, std::move(admin_socket), admin_, listener_limits(config, kAdminConnections));
  return {};
}

void Daemon::run() {
  audit_.start();
  follow_configuration(Listing::as_known);
  api_listener_->start();
  if (admin_listener_) admin_listener_->start();
  asio::co_spawn(io_.get_executor(), heed_signals(), asio::detached);
  asio::co_spawn(io_.get_executor(), keep_house(), asio::detached);
  asio::co_spawn(io_.get_executor(), keep_audit(), asio::detached);
  if (manager_.watchdog_interval()) asio::co_spawn(io_.get_executor(), feed_watchdog(), asio::detached);
  manager_.ready(summary());
  host::log(host::LogLevel::info, summary());
  io_.run();
  audit_.finish();
}

std::string Daemon::summary() const {
  const rules::Configuration& configuration = *state_.configuration;
  return fmt::format("serving {} keys, {} cannot be used", configuration.keys.size(), configuration.broken.size());
}

void Daemon::follow_configuration(Listing listing) {
  keys_.follow_configuration();
  tokens_.follow_configuration(listing);
  jwks_file_.follow();
}

// What the former object signed is handed out no more; nobody who waits for a signature of it is turned away.
void Daemon::on_switch(const std::string& key) {
  cache_.drop_keys([&key](const std::string& name) { return name == key; });
  follow_configuration(Listing::as_known);
}

// All or nothing: where anything is wrong, nothing has been touched yet.
std::vector<ConfigProblem> Daemon::reload() {
  manager_.reloading();
  rules::ConfigurationReading reading = read_configuration(config_path_);
  std::vector<ConfigProblem> problems =
      rules::reload_problems(*state_.configuration, reading.configuration, reading.daemon_problems);
  if (problems.empty()) {
    if (Result<void> pins = pins_.load(); !pins)
      problems.push_back({config_path_, 0, "state-dir", pins.error().detail});
  }
  for (const ConfigProblem& problem : problems) host::log(host::LogLevel::error, "reload: " + to_string(problem));
  if (problems.empty()) put_in_force(std::move(reading.configuration));
  state_.last_reload = ReloadReport{std::time(nullptr), problems};
  const std::string outcome =
      problems.empty() ? summary() : fmt::format("reload refused, {} problems; {}", problems.size(), summary());
  host::log(host::LogLevel::notice, outcome);
  manager_.ready(outcome);
  return problems;
}

void Daemon::put_in_force(rules::Configuration configuration) {
  std::erase_if(state_.rates, [&](const auto& rates) { return !configuration.keys.contains(rates.first); });
  rotation_.put_in_force(std::move(configuration));
  const rules::DaemonConfig& config = state_.configuration->daemon;
  audit_.apply(config);
  // What is kept for a key that changed is found under other ids, or not at all.
  cache_.drop_keys([this](const std::string& key) { return !state_.configuration->keys.contains(key); });
  cache_.apply(cache_limits(config));
  api_listener_->apply(listener_limits(config, config.max_connections));
  follow_configuration(Listing::anew);
}

// The audit log first, whatever becomes of the configuration.
Task<void> Daemon::hang_up() {
  audit_.reopen();
  const ChangeQueue::Turn turn = co_await changes_.turn();
  const bool reloaded = reload().empty();
  audit_.record(own_record(reloaded ? "reloaded" : "reload_refused"));
}

Task<void> Daemon::heed_signals() {
  for (;;) {
    const auto [error, signal] = co_await signals_.async_wait(kAsTask);
    if (error) co_return;
    if (signal == SIGHUP) {
      asio::co_spawn(io_.get_executor(), hang_up(), asio::detached);
    } else if (std::exchange(stopping_, true)) {
      tokens_.stop();  // asked twice: at once
      io_.stop();
      co_return;
    } else {
      asio::co_spawn(io_.get_executor(), stop(), asio::detached);
    }
  }
}

// Requests keep their deadlines, so this ends by itself; connections that only linger, and a token that does not come
// back from a signature that nobody waits for, are not waited for much longer. The unit's TimeoutStopSec= exceeds all
// of it.
Task<void> Daemon::stop() {
  manager_.stopping();
  host::log(host::LogLevel::info, "stopping: finishing what is in flight");
  api_listener_->stop();
  if (admin_listener_) admin_listener_->stop();
  co_await wait_until_quiet(SteadyClock::now() + state_.configuration->daemon.deadline + kLinger);
  tokens_.stop();
  co_await wait_until_quiet(SteadyClock::now() + kLastWord);  // who is turned away now has its line too
  io_.stop();
}

Task<void> Daemon::wait_until_quiet(Deadline give_up) {
  Timer pause(io_.get_executor());
  while (!quiet() && SteadyClock::now() < give_up) {
    pause.expires_after(10ms);
    co_await pause.async_wait(kAsTask);
  }
}

bool Daemon::quiet() const {
  const std::size_t officers = admin_listener_ ? admin_listener_->connections() : 0;
  return api_listener_->connections() == 0 && officers == 0 && cache_.under_way() == 0 && !tokens_.busy();
}

Task<void> Daemon::keep_house() {
  Timer timer(io_.get_executor());
  for (;;) {
    timer.expires_after(rotation_.until_due(kHousekeeping));
    co_await timer.async_wait(kAsTask);
    if (stopping_) co_return;
    cache_.drop_expired(wall_now());
    state_.holders.drop_expired(std::time(nullptr));
    tokens_.end_retired();
    co_await rotation_.promote_due();
    jwks_file_.follow();
  }
}

Task<void> Daemon::keep_audit() {
  Timer timer(io_.get_executor());
  for (;;) {
    timer.expires_after(audit_.keep_interval());
    co_await timer.async_wait(kAsTask);
    audit_.keep();
  }
}

// From the I/O thread itself: as long as this is sent, requests are being served.
Task<void> Daemon::feed_watchdog() {
  Timer timer(io_.get_executor());
  for (;;) {
    timer.expires_after(*manager_.watchdog_interval() / 3);
    co_await timer.async_wait(kAsTask);
    manager_.watchdog();
  }
}

}  // namespace signet::service
