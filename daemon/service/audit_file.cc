#include "daemon/service/audit_file.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include <fmt/format.h>

namespace signet::service {
namespace {

bool was_deleted(int fd) {
  struct stat status {};
  return ::fstat(fd, &status) == 0 && status.st_nlink == 0;
}

}  // namespace

Result<void> AuditFile::append(std::string_view line) {
  // Records in a deleted file would be written and never read.
  if (fd_.valid() && was_deleted(fd_.get())) fd_.reset();
  if (!fd_.valid()) fd_.reset(::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0640));
  if (!fd_.valid()) return fail("open", errno);
  // What an earlier failure left of a record gets a line of its own: readers skip one bad line instead of losing two
  // records.
  if (torn_) SIGNET_TRY(write_whole("\n"));
  torn_ = false;
  SIGNET_TRY(write_whole(line));
  works_ = true;
  return {};
}

Result<void> AuditFile::write_whole(std::string_view octets) {
  while (!octets.empty()) {
    const ssize_t written = ::write(fd_.get(), octets.data(), octets.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return fail("write", written < 0 ? errno : ENOSPC);
    torn_ = true;
    octets.remove_prefix(static_cast<std::size_t>(written));
  }
  torn_ = false;
  return {};
}

void AuditFile::set_path(std::string path) {
  if (path == path_) return;
  path_ = std::move(path);
  fd_.reset();
  torn_ = false;
}

Result<void> AuditFile::fail(std::string_view call, int error) {
  works_ = false;
  fd_.reset();
  return Unexpected(make_error(ErrorCode::audit_unavailable,
                               fmt::format("{} {}: {}", call, path_, std::generic_category().message(error))));
}

}  // namespace signet::service
