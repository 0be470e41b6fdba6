#include "host/process.h"

#include <cerrno>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/file_descriptor.h"
#include "host/os_error.h"

namespace signet::host {
namespace {

constexpr const char* kHardening = "the process cannot protect itself; the sandbox forbids what it needs";

/// A socket opened as descriptor 1 or 2 would receive what somebody prints.
Result<void> open_standard_descriptors() {
  int fd = 0;
  while (fd <= STDERR_FILENO) {
    fd = ::open("/dev/null", O_RDWR);  // the lowest free one; no O_CLOEXEC, they are meant to stay
    if (fd < 0) return os_error(kHardening, "open /dev/null");
  }
  ::close(fd);
  return {};
}

Result<void> forbid_core(const rlimit& limit) {
  if (::setrlimit(RLIMIT_CORE, &limit) != 0) return os_error(kHardening, "setrlimit RLIMIT_CORE");
  // RLIMIT_CORE does not hold back a core handler behind a pipe (core(5)); this does.
  if (::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return os_error(kHardening, "prctl PR_SET_DUMPABLE");
  return {};
}

Result<void> check_is_regular(int fd, const std::string& path) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) return os_error("a file cannot be read", "fstat " + path);
  if (S_ISREG(status.st_mode)) return {};
  return Unexpected(Error{ErrorCode::io_failure, "a file is not a regular file; put one in its place",
                          path + ": is not a regular file; put one in its place"});
}

}  // namespace

Result<void> harden_process() {
  SIGNET_TRY(open_standard_descriptors());
  SIGNET_TRY(forbid_core({0, 0}));
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return os_error(kHardening, "prctl PR_SET_NO_NEW_PRIVS");
  if (::signal(SIGPIPE, SIG_IGN) == SIG_ERR) return os_error(kHardening, "signal SIGPIPE");
  ::umask(0077);
  return {};
}

Result<ProcessBefore> harden_client() {
  SIGNET_TRY(open_standard_descriptors());
  ProcessBefore before;
  if (::getrlimit(RLIMIT_CORE, &before.core) != 0) return os_error(kHardening, "getrlimit RLIMIT_CORE");
  SIGNET_TRY(forbid_core({0, before.core.rlim_max}));
  const auto former = ::signal(SIGPIPE, SIG_IGN);
  if (former == SIG_ERR) return os_error(kHardening, "signal SIGPIPE");
  before.sigpipe_ignored = former == SIG_IGN;
  before.umask = ::umask(0077);
  return before;
}

void restore(const ProcessBefore& before) {
  ::setrlimit(RLIMIT_CORE, &before.core);
  ::umask(before.umask);
  ::signal(SIGPIPE, before.sigpipe_ignored ? SIG_IGN : SIG_DFL);
}

Result<std::string> read_file(const std::string& path, std::size_t max_bytes) {
  // Without O_NONBLOCK the open of a FIFO waits for its writer.
  const FileDescriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (!fd.valid()) return os_error("a file cannot be opened", "open " + path);
  SIGNET_TRY(check_is_regular(fd.get(), path));
  std::string content(max_bytes + 1, '\0');
  std::size_t size = 0;
  while (size < content.size()) {
    const ssize_t count = ::read(fd.get(), content.data() + size, content.size() - size);
    if (count == 0) break;
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return os_error("a file cannot be read", "read " + path);
    size += static_cast<std::size_t>(count);
  }
  if (size > max_bytes)
    return Unexpected(
        Error{ErrorCode::io_failure, "a file is larger than " + std::to_string(max_bytes) + " octets", path});
  content.resize(size);
  return content;
}

}  // namespace signet::host
