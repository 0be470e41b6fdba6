#include "tests/support/child_program.h"

#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/run_program.h"

namespace signet::test {
namespace {

std::string program_file(const std::string& name) {
  for (const char* directory : {"/usr/bin/", "/usr/sbin/", "/bin/", "/sbin/"}) {
    if (std::filesystem::exists(directory + name)) return directory + name;
  }
  throw std::runtime_error(name + " is not installed: run scripts/install-deps");
}

/// In the child, after fork: async-signal-safe calls only.
[[noreturn]] void become(const char* file, char* const* argv, const char* log_file) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (int number = 1; number < NSIG; ++number) ::signal(number, SIG_DFL);
  const int null = ::open("/dev/null", O_RDONLY);
  const int log = ::open(log_file, O_WRONLY | O_CREAT | O_APPEND, 0600);
  ::dup2(null, STDIN_FILENO);
  ::dup2(log, STDOUT_FILENO);
  ::dup2(log, STDERR_FILENO);
  ::close_range(STDERR_FILENO + 1, ~0U, 0);
  ::execve(file, argv, ::environ);
  ::_exit(127);
}

}  // namespace

ChildProgram::ChildProgram(std::vector<std::string> words, const std::string& log_file) {
  const std::string file = program_file(words.front());
  const std::vector<char*> argv = pointers_to(words);
  pid_ = ::fork();
  if (pid_ < 0) throw std::runtime_error("fork");
  if (pid_ == 0) become(file.c_str(), argv.data(), log_file.c_str());
  // Both sides do it, so that it is done when either goes on.
  ::setpgid(pid_, pid_);
}

ChildProgram::~ChildProgram() { kill(); }

bool ChildProgram::runs() const {
  siginfo_t info{};
  return pid_ > 0 && ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
         info.si_pid == 0;
}

void ChildProgram::kill() {
  if (pid_ <= 0) return;
  ::kill(-pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

void ChildProgram::freeze() const { ::kill(-pid_, SIGSTOP); }
void ChildProgram::thaw() const { ::kill(-pid_, SIGCONT); }

std::vector<pid_t> ChildProgram::children() const {
  const std::string pid = std::to_string(pid_);
  std::ifstream list("/proc/" + pid + "/task/" + pid + "/children");
  std::vector<pid_t> found;
  for (pid_t child = 0; list >> child;) found.push_back(child);
  return found;
}

}  // namespace signet::test
