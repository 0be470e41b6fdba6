#include "tests/support/run_program.h"

#include <array>
#include <fcntl.h>
#include <filesystem>
#include <stdexcept>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <spawn.h>

#include "host/file_descriptor.h"

namespace signet::test {
namespace {

std::string content_of(int file) {
  std::string content;
  std::array<char, 4096> buffer{};
  ::lseek(file, 0, SEEK_SET);
  for (ssize_t count = 0; (count = ::read(file, buffer.data(), buffer.size())) > 0;)
    content.append(buffer.data(), static_cast<std::size_t>(count));
  return content;
}

std::string joined(const std::vector<std::string>& words) {
  std::string line;
  for (const std::string& word : words) line += word + " ";
  return line;
}

}  // namespace

std::vector<char*> pointers_to(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::string output_of(const std::vector<std::string>& words) {
  const host::FileDescriptor output(::memfd_create("output", MFD_CLOEXEC));
  const host::FileDescriptor errors(::memfd_create("errors", MFD_CLOEXEC));
  std::vector<std::string> copy = words;
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, output.get(), STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, errors.get(), STDERR_FILENO);
  pid_t pid = -1;
  const int error = ::posix_spawnp(&pid, copy.front().c_str(), &actions, nullptr, pointers_to(copy).data(), ::environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (error != 0) throw std::runtime_error("cannot start " + words.front() + ": run scripts/install-deps");
  int status = 0;
  ::waitpid(pid, &status, 0);
  if (status == 0) return content_of(output.get());
  throw std::runtime_error("failed: " + joined(words) + "\n" + content_of(output.get()) + content_of(errors.get()));
}

std::string installed_file(const std::string& package, const std::vector<std::string>& paths) {
  for (const std::string& path : paths) {
    if (std::filesystem::exists(path)) return path;
  }
  throw std::runtime_error(package + " is not installed: run scripts/install-deps");
}

std::string installed_library(const std::string& package, const std::string& name) {
  return installed_file(package, {"/usr/lib/x86_64-linux-gnu/" + name, "/usr/lib/aarch64-linux-gnu/" + name});
}

}  // namespace signet::test
