#include "daemon/service/durable_file.h"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include <fmt/format.h>

#include "host/file_descriptor.h"

namespace signet::service {
namespace {

Unexpected<Error> io_error(std::string_view what, const std::string& path, int error) {
  return Unexpected(Error{ErrorCode::io_failure, "the daemon's state cannot be written; see its log",
                          fmt::format("{} {}: {}", what, path, std::generic_category().message(error))});
}

Result<void> sync_directory_of(const std::string& path) {
  const std::string directory = std::filesystem::path(path).parent_path();
  const host::FileDescriptor fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.valid() || ::fsync(fd.get()) != 0) return io_error("sync", directory, errno);
  return {};
}

/// Failures name the file itself: that is what the operator knows.
Result<void> write_draft(const std::string& path, std::string_view content, mode_t mode) {
  const host::FileDescriptor fd(
      ::open(draft_of(path).c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd.valid()) return io_error("create", path, errno);
  if (::fchmod(fd.get(), mode) != 0) return io_error("set the mode of", path, errno);  // whatever the umask
  const ssize_t written = ::write(fd.get(), content.data(), content.size());
  if (written < 0) return io_error("write", path, errno);
  if (written != static_cast<ssize_t>(content.size())) return io_error("write", path, ENOSPC);
  if (::fsync(fd.get()) != 0) return io_error("sync", path, errno);
  return {};
}

}  // namespace

std::string draft_of(const std::string& path) {
  const std::filesystem::path file(path);
  return file.parent_path() / (kDraftMark + file.filename().string());
}

Result<void> write_durably(const std::string& path, std::string_view content, mode_t mode) {
  SIGNET_TRY(write_draft(path, content, mode));
  if (::rename(draft_of(path).c_str(), path.c_str()) != 0) return io_error("rename", path, errno);
  return sync_directory_of(path);
}

Result<void> check_writable(const std::string& path, std::string_view content) {
  Result<void> written = write_draft(path, content, 0600);
  ::unlink(draft_of(path).c_str());
  return written;
}

Result<void> remove_durably(const std::string& path) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return io_error("remove", path, errno);
  return sync_directory_of(path);
}

Result<void> make_directory(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) return io_error("create directory", path, error.value());
  return {};
}

}  // namespace signet::service
