#include "host/append_file.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/os_error.h"

namespace signet::host {
namespace {

constexpr const char* kUnusable = "a file cannot be written; see the log";

}  // namespace

Result<AppendFile> AppendFile::open(const std::string& path, Access least) {
  // Opening a FIFO would wait for a reader, and so would writing to it: a thread that serves must never.
  constexpr int kFlags = O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
  int fd = ::open(path.c_str(), O_RDWR | kFlags, 0640);
  if (fd < 0 && errno == EACCES && least == Access::only_for_writing)
    fd = ::open(path.c_str(), O_WRONLY | kFlags, 0640);
  if (fd < 0) return os_error(kUnusable, "open " + path);
  AppendFile file(path, fd);
  struct stat status {};
  // A character device such as /dev/full does not block.
  if (::fstat(fd, &status) != 0 || (!S_ISREG(status.st_mode) && !S_ISCHR(status.st_mode)))
    return Unexpected(
        make_error(ErrorCode::io_failure, "open " + path + ": is not a regular file; remove it, or name another path"));
  return file;
}

Result<void> AppendFile::write(std::string_view octets) {
  while (!octets.empty()) {
    const ssize_t written = ::write(fd_->get(), octets.data(), octets.size());
    if (written < 0 && errno == EINTR) continue;
    if (written == 0) errno = ENOSPC;
    if (written <= 0) return os_error(kUnusable, "write " + path_);
    octets.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<std::string> AppendFile::tail(std::size_t max_bytes) const {
  const std::uint64_t end = size();
  std::uint64_t at = end > max_bytes ? end - max_bytes : 0;
  std::string octets(end - at, '\0');
  std::size_t filled = 0;
  while (filled < octets.size()) {
    const ssize_t got =
        ::pread(fd_->get(), octets.data() + filled, octets.size() - filled, static_cast<off_t>(at + filled));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return os_error(kUnusable, "read " + path_);
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  octets.resize(filled);
  return octets;
}

std::uint64_t AppendFile::size() const {
  struct stat status {};
  return ::fstat(fd_->get(), &status) == 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
}

bool AppendFile::was_deleted() const {
  struct stat status {};
  return ::fstat(fd_->get(), &status) == 0 && status.st_nlink == 0;
}

bool AppendFile::is_at(const std::string& path) const {
  struct stat open {};
  struct stat named {};
  return ::fstat(fd_->get(), &open) == 0 && ::stat(path.c_str(), &named) == 0 && open.st_ino == named.st_ino &&
         open.st_dev == named.st_dev;
}

Result<void> AppendFile::reserve() {
  if (is_regular() && ::flock(fd_->get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
    return Unexpected(make_error(ErrorCode::io_failure, path_ + ": another process writes to it"));
  return {};
}

// Explicitly: the lock would last as long as anybody holds the descriptor.
void AppendFile::release() {
  if (valid()) ::flock(fd_->get(), LOCK_UN);
}

bool AppendFile::is_regular() const {
  struct stat status {};
  return ::fstat(fd_->get(), &status) == 0 && S_ISREG(status.st_mode);
}

Result<void> sync_data(const FileDescriptor& file) {
  // EINVAL: a device or a kind of file that cannot be synced (fdatasync(2)).
  if (::fdatasync(file.get()) == 0 || errno == EINVAL) return {};
  return os_error(kUnusable, "fdatasync");
}

}  // namespace signet::host
