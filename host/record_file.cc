#include "host/record_file.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include <fmt/format.h>

namespace signet::host {
namespace {

bool was_deleted(int fd) {
  struct stat status {};
  return ::fstat(fd, &status) == 0 && status.st_nlink == 0;
}

// Opening a FIFO would wait for a reader, and so would writing to it: a thread that serves must never. A character
// device such as /dev/full does not block.
bool keeps_records(int fd) {
  struct stat status {};
  return ::fstat(fd, &status) == 0 && (S_ISREG(status.st_mode) || S_ISCHR(status.st_mode));
}

}  // namespace

Result<void> RecordFile::append(std::string_view line) {
  // Records in a deleted file would be written and never read.
  if (fd_.valid() && was_deleted(fd_.get())) fd_.reset();
  if (!fd_.valid()) SIGNET_TRY(open());
  // What an earlier failure left of a record gets a line of its own: readers skip one bad line instead of losing two
  // records.
  if (ends_in_half_a_line()) SIGNET_TRY(write_whole("\n"));
  SIGNET_TRY(write_whole(line));
  works_ = true;
  return {};
}

Result<void> RecordFile::open() {
  torn_ = true;
  constexpr int kFlags = O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
  fd_.reset(::open(path_.c_str(), O_RDWR | kFlags, 0640));
  // An operator may let us write and not read.
  if (!fd_.valid() && errno == EACCES) fd_.reset(::open(path_.c_str(), O_WRONLY | kFlags, 0640));
  if (!fd_.valid()) return fail(fmt::format("open {}: {}", path_, std::generic_category().message(errno)));
  if (!keeps_records(fd_.get()))
    return fail(fmt::format("open {}: is not a regular file; remove it, or name another path", path_));
  return {};
}

// The file itself is asked: what the process remembers ends with it, and several may write to one file.
bool RecordFile::ends_in_half_a_line() const {
  const std::uint64_t octets = size();
  if (octets == 0) return false;
  char last = '\0';
  const ssize_t got = ::pread(fd_.get(), &last, 1, static_cast<off_t>(octets - 1));
  return got == 1 ? last != '\n' : torn_;
}

Result<void> RecordFile::write_whole(std::string_view octets) {
  while (!octets.empty()) {
    const ssize_t written = ::write(fd_.get(), octets.data(), octets.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0)
      return fail(fmt::format("write {}: {}", path_, std::generic_category().message(written < 0 ? errno : ENOSPC)));
    torn_ = true;
    octets.remove_prefix(static_cast<std::size_t>(written));
  }
  torn_ = false;
  return {};
}

std::uint64_t RecordFile::size() const {
  struct stat status {};
  return fd_.valid() && ::fstat(fd_.get(), &status) == 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
}

bool RecordFile::is_the_one_at_its_path() const {
  struct stat open {};
  struct stat named {};
  return fd_.valid() && ::fstat(fd_.get(), &open) == 0 && ::stat(path_.c_str(), &named) == 0 &&
         open.st_ino == named.st_ino && open.st_dev == named.st_dev;
}

void RecordFile::set_path(std::string path) {
  if (path == path_) return;
  path_ = std::move(path);
  fd_.reset();
}

Result<void> RecordFile::fail(std::string detail) {
  works_ = false;
  fd_.reset();
  return Unexpected(make_error(code_, std::move(detail)));
}

}  // namespace signet::host
