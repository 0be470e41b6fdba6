#include "tests/support/token_process.h"

#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <spawn.h>

#include "tests/support/run_program.h"

namespace signet::test {
namespace {

int status_of(int wait_status) {
  return WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : 128 + WTERMSIG(wait_status);
}

std::vector<std::filesystem::path> login_records_in(const std::string& directory) {
  constexpr std::string_view kPrefix = "login-attempt.";
  std::vector<std::filesystem::path> records;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    const std::string name = entry.path().filename().string();
    const bool is_half_written = name.ends_with(".new");
    if (name.starts_with(kPrefix) && !is_half_written) records.push_back(entry.path());
  }
  return records;
}

}  // namespace

TokenProcess::TokenProcess(const TestToken& token, const TokenProcessSpec& spec)
    : token_(token),
      spec_(spec),
      socket_(token.directory().file("token.sock" + spec.instance)),
      log_file_(token.directory().file("signet-token.log" + spec.instance)),
      config_file_(token.directory().file("token.conf" + spec.instance)) {
  if (spec.state_directory.empty()) std::filesystem::create_directory(state_directory());
  std::ofstream config(config_file_);
  config << "module = " << (spec.module.empty() ? token.module() : spec.module) << "\ntoken = " << token.token_uri()
         << "\nsocket = " << socket_ << "\nallow = uid:" << spec.allow.value_or(::getuid())
         << "\nstate-dir = " << state_directory() << "\n";
  if (!token.module_args().empty()) config << "module-args = " << token.module_args() << "\n";
  if (spec.has_pin_file) config << "pin-file = " << token.pin_file() << "\n";
  for (const std::string& option : spec.options) config << option << "\n";
  config.close();
  start();
}

TokenProcess::~TokenProcess() {
  if (pid_ > 0) kill();
}

bool TokenProcess::has_login_record() const { return !login_records_in(state_directory()).empty(); }

void TokenProcess::remove_login_records() const {
  for (const auto& record : login_records_in(state_directory())) std::filesystem::remove(record);
}

std::string TokenProcess::state_directory() const {
  return spec_.state_directory.empty() ? token_.directory().file("state" + spec_.instance) : spec_.state_directory;
}

std::vector<std::string> TokenProcess::command() const {
  // setpriv becomes the program, which then ends with the test, however that ends.
  std::vector<std::string> words{"/usr/bin/setpriv", "--pdeathsig", "KILL", "--"};
  if (spec_.socket_activated) {
    words.insert(words.end(), {"/usr/bin/systemd-socket-activate", "--listen=" + socket_, "--fdname=token"});
    for (const auto& [name, value] : spec_.environment) words.push_back("--setenv=" + name + "=" + value);
    for (const auto& [name, value] : token_.environment()) words.push_back("--setenv=" + name + "=" + value);
  }
  if (spec_.watched) words.insert(words.end(), {"/bin/sh", "-c", "WATCHDOG_PID=$$ exec \"$@\"", "sh"});
  words.insert(words.end(), {SIGNET_TOKEN_PROGRAM, "--config", config_file_});
  return words;
}

std::vector<std::string> TokenProcess::environment() const {
  std::vector<std::string> entries{"PATH=/usr/bin:/bin"};
  for (const auto& [name, value] : token_.environment()) entries.push_back(name + "=" + value);
  for (const auto& [name, value] : spec_.environment) entries.push_back(name + "=" + value);
  return entries;
}

void TokenProcess::start() {
  auto words = command();
  auto entries = environment();
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, log_file_.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  const int error = ::posix_spawn(&pid_, words.front().c_str(), &actions, nullptr, pointers_to(words).data(),
                                  pointers_to(entries).data());
  ::posix_spawn_file_actions_destroy(&actions);
  if (error != 0) throw std::runtime_error("posix_spawn " + words.front());
}

void TokenProcess::kill() {
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

int TokenProcess::terminate() {
  ::kill(pid_, SIGTERM);
  int wait_status = 0;
  poll_until("signet-token ends", [&] { return ::waitpid(pid_, &wait_status, WNOHANG) == pid_; });
  pid_ = -1;
  return status_of(wait_status);
}

bool TokenProcess::runs() const {
  siginfo_t info{};
  return pid_ > 0 && ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
         info.si_pid == 0;
}

std::string TokenProcess::log() const {
  std::ifstream file(log_file_);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

LinkClient TokenProcess::connect() const {
  std::optional<LinkClient> client;
  poll_until("signet-token accepts", [&] {
    auto opened = LinkClient::open(socket_);
    if (opened) client.emplace(std::move(*opened));
    return client.has_value();
  });
  return std::move(*client);
}

link::Description TokenProcess::wait_until(const std::string& what,
                                           const std::function<bool(const link::Description&)>& holds) const {
  link::Description found;
  poll_until(what, [&] {
    auto description = connect().describe();
    if (!description || !holds(*description)) return false;
    found = std::move(*description);
    return true;
  });
  return found;
}

link::Description TokenProcess::wait_for(link::State state) const {
  return wait_until("state " + link::State_Name(state),
                    [state](const link::Description& seen) { return seen.state() == state; });
}

}  // namespace signet::test
