#include "cli/signet/run_command.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

#include "cli/signet/jwt_file.h"
#include "cli/terminal/output.h"
#include "host/file_descriptor.h"

namespace signet::cli {
namespace {

Unexpected<Failure> not_started(std::string_view what) {
  return Unexpected(Failure{ExitCode::not_started, fmt::format("{} ({}).", what, std::strerror(errno))});
}

Failure cannot_run(const std::string& program, int error) {
  const bool missing = error == ENOENT || error == ENOTDIR;
  return {missing ? ExitCode::not_found : ExitCode::cannot_run,
          fmt::format("The command {} cannot be run ({}); what follows -- is a program and its arguments.", program,
                      std::strerror(error))};
}

/// Only comes back where the program cannot be run.
Failure become(const std::vector<std::string>& words, const host::ProcessBefore& before) {
  std::vector<char*> argv;
  for (const auto& word : words) argv.push_back(const_cast<char*>(word.c_str()));  // execvp(3) changes none of them
  argv.push_back(nullptr);
  host::restore(before);
  ::execvp(argv.front(), argv.data());
  return cannot_run(words.front(), errno);
}

// A sealed memory file, unlike a pipe, can be read again from its beginning as /dev/fd/N.
Result<void, Failure> place_in_descriptor(int target, const std::string& text) {
  constexpr unsigned kSeals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
  host::FileDescriptor memory(::memfd_create("jwt", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!memory.valid() || !terminal::write_all(memory.get(), text) || ::lseek(memory.get(), 0, SEEK_SET) != 0 ||
      ::fcntl(memory.get(), F_ADD_SEALS, kSeals) != 0)
    return not_started("The token cannot be put into a descriptor");
  // dup2(2) leaves FD_CLOEXEC off, but does nothing where the two are one.
  const bool there = memory.get() == target;
  if ((there ? ::fcntl(target, F_SETFD, 0) : ::dup2(memory.get(), target)) < 0)
    return not_started(fmt::format("The descriptor {} cannot be used; name a lower number", target));
  if (there) memory.release();
  return {};
}

/// The signals that a waiting parent reads one by one instead of dying of them, with the file left behind: all but
/// those of its own faults, and those by which a shell stops its job.
sigset_t watched_signals() {
  sigset_t set;
  ::sigfillset(&set);
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS, SIGPIPE, SIGTSTP, SIGTTIN, SIGTTOU})
    ::sigdelset(&set, signal);
  return set;
}

// What the terminal sends goes to its whole foreground group, the child included. A timer's signal is ours alone, and
// somebody has set it for the command.
bool is_for_us_alone(const siginfo_t& signal) {
  static constexpr std::array kOfTerminal{SIGINT, SIGQUIT, SIGHUP, SIGWINCH, SIGCONT};
  return signal.si_code <= 0 || std::ranges::find(kOfTerminal, signal.si_signo) == kOfTerminal.end();
}

int wait_for(pid_t child, const sigset_t& watched) {
  for (;;) {
    siginfo_t signal{};
    if (::sigwaitinfo(&watched, &signal) < 0) continue;
    int status = 0;
    if (signal.si_signo == SIGCHLD) {
      if (::waitpid(child, &status, WNOHANG) == child && (WIFEXITED(status) || WIFSIGNALED(status))) return status;
    } else if (is_for_us_alone(signal)) {
      ::kill(child, signal.si_signo);
    }
  }
}

/// A command that is run in our place dies with us; this one is to do the same.
void die_with(pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  if (::getppid() != parent) ::raise(SIGKILL);  // it has died before that
}

Result<ExitCode, Failure> run_as_child(const CommandOrder& order, const host::ProcessBefore& before,
                                       const sigset_t& watched, const sigset_t& former) {
  // Where it is ignored the kernel takes the child away itself, and nobody hears of its end.
  const auto former_child = ::signal(SIGCHLD, SIG_DFL);
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child < 0) return not_started("No process can be made for the command");
  if (child == 0) {
    die_with(parent);
    if (former_child != SIG_ERR) ::signal(SIGCHLD, former_child);
    ::sigprocmask(SIG_SETMASK, &former, nullptr);
    const Failure failure = become(order.words, before);
    static_cast<void>(terminal::write_all(STDERR_FILENO, "signet: " + failure.sentence + "\n").has_value());
    ::_exit(static_cast<int>(failure.code));
  }
  const int status = wait_for(child, watched);
  constexpr int kKilled = 128;
  return static_cast<ExitCode>(WIFEXITED(status) ? WEXITSTATUS(status) : kKilled + WTERMSIG(status));
}

Result<ExitCode, Failure> run_with_header_file(const CommandOrder& order, const std::string& line,
                                               const host::ProcessBefore& before) {
  const sigset_t watched = watched_signals();
  sigset_t former;
  ::sigprocmask(SIG_BLOCK, &watched, &former);  // before there is a file to be left behind
  JwtFile file(order.name);
  const auto created = file.create(line);
  if (!created) return Unexpected(Failure{ExitCode::not_started, created.error().sentence});
  return run_as_child(order, before, watched, former);
}

Result<void, Failure> place_in_variable(const std::string& name, std::string jwt) {
  jwt.pop_back();
  if (::setenv(name.c_str(), jwt.c_str(), 1) != 0) return not_started("The variable cannot be set");
  return {};
}

}  // namespace

Result<ExitCode, Failure> run_command(const CommandOrder& order, std::string jwt, const host::ProcessBefore& before) {
  switch (order.channel) {
    case Channel::header_file:
      return run_with_header_file(order, jwt, before);
    case Channel::descriptor:
      SIGNET_TRY(place_in_descriptor(order.descriptor, jwt));
      break;
    case Channel::variable:
      SIGNET_TRY(place_in_variable(order.name, std::move(jwt)));
      break;
  }
  return Unexpected(become(order.words, before));
}

}  // namespace signet::cli
