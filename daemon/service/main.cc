#include <exception>
#include <iostream>
#include <signal.h>
#include <string>

#include <boost/program_options.hpp>

#include "daemon/service/configuration_files.h"
#include "daemon/service/daemon.h"
#include "host/inherited_sockets.h"
#include "host/log.h"
#include "host/peer_credentials.h"
#include "host/process.h"
#include "host/service_manager.h"

namespace {

namespace options = boost::program_options;
using namespace signet;

enum ExitCode : int { kOk = 0, kFailure = 1, kUsage = 2 };

// An abbreviation could mean another option in the next version.
constexpr int kStyle =
    options::command_line_style::default_style & ~static_cast<int>(options::command_line_style::allow_guessing);

options::options_description known_options() {
  options::options_description known("signetd hands out JWTs over a Unix socket.\n\nOptions");
  known.add_options()(
      "config", options::value<std::string>()->default_value("/etc/signet/signetd.conf")->value_name("FILE"),
      "the configuration file")("check", "check every configuration file and say all that is wrong; start nothing")(
      "help,h", "show this text")("version", "show the version");
  return known;
}

// Exit 0 says that the text was written.
int flushed() {
  if (std::cout.flush()) return kOk;
  std::cerr << "signetd: the text cannot be written; is the disk full?\n";
  return kFailure;
}

int report(const std::vector<ConfigProblem>& problems) {
  for (const ConfigProblem& problem : problems) std::cerr << to_string(problem) << '\n';
  return problems.empty() ? kOk : kFailure;
}

int failed(std::string_view what, const Error& error) {
  host::log_failure(host::LogLevel::error, what, error);
  return kFailure;
}

// In a user namespace every caller may look like "nobody", and no rule could tell them apart.
Result<void> check_surroundings() {
  if (host::sees_real_uids()) return {};
  return Unexpected(
      Error{ErrorCode::io_failure,
            "this process runs in a user namespace and cannot tell callers apart; start it without PrivateUsers="});
}

// A signal that comes before the daemon heeds signals waits instead of ending the process.
class SignalsHeld {
 public:
  SignalsHeld() {
    ::sigemptyset(&held_);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) ::sigaddset(&held_, signal);
    ::sigprocmask(SIG_BLOCK, &held_, nullptr);
  }
  SignalsHeld(const SignalsHeld&) = delete;
  SignalsHeld& operator=(const SignalsHeld&) = delete;
  ~SignalsHeld() { release(); }
  void release() { ::sigprocmask(SIG_UNBLOCK, &held_, nullptr); }

 private:
  sigset_t held_{};
};

int serve(const std::string& config_path) {
  SignalsHeld signals;
  host::ServiceManager manager;
  if (auto hardened = host::harden_process(); !hardened) return failed("start", hardened.error());
  // A limit on the size of files is an error like a full disk, no reason to end.
  ::signal(SIGXFSZ, SIG_IGN);
  if (auto real = check_surroundings(); !real) return failed("start", real.error());
  auto inherited = host::InheritedSockets::take();
  if (!inherited) return failed("start", inherited.error());
  rules::ConfigurationReading reading = service::read_configuration(config_path);
  for (const ConfigProblem& problem : rules::all_problems(reading))
    host::log(host::LogLevel::error, to_string(problem));
  if (!reading.daemon_problems.empty()) return kFailure;
  auto daemon = service::Daemon::create(std::move(reading.configuration), config_path, *std::move(inherited), manager);
  if (!daemon) return failed("start", daemon.error());
  signals.release();
  (*daemon)->run();
  return kOk;
}

int run(int argc, char** argv) {
  const options::options_description known = known_options();
  options::variables_map given;
  try {
    options::store(options::command_line_parser(argc, argv).options(known).positional({}).style(kStyle).run(), given);
  } catch (const options::error& error) {
    std::cerr << "signetd: " << error.what() << "; see signetd --help\n";
    return kUsage;
  }
  if (given.contains("help")) {
    std::cout << "Usage: signetd [--config FILE] [--check]\n\n" << known;
    return flushed();
  }
  if (given.contains("version")) {
    std::cout << "signetd " SIGNET_VERSION "\n";
    return flushed();
  }
  const std::string config_path = given["config"].as<std::string>();
  if (given.contains("check")) return report(rules::all_problems(service::read_configuration(config_path)));
  return serve(config_path);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    host::log_failure(host::LogLevel::error, "signetd", make_error(ErrorCode::internal, error.what()));
    return kFailure;
  }
}
