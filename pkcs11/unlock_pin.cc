#include "pkcs11/unlock_pin.h"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include "host/os_error.h"
#include "host/sync_directory.h"
#include "pkcs11/login_record.h"

namespace signet::pkcs11 {
namespace {

bool is_same_file(const struct stat& one, const struct stat& other) {
  return one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

Unexpected<Error> cannot_open(const std::string& path) {
  if (errno == EACCES || errno == EPERM)
    return host::os_error("the state-dir is not for this user; run this as root or as the user of signet-token",
                          "open " + path);
  return host::os_error("the record of login attempts cannot be opened; look at the state-dir", "open " + path);
}

// Not a file on its way to or from that name.
bool is_record_name(std::string_view name) {
  return name.starts_with(kLoginRecordPrefix) && name.find('.', kLoginRecordPrefix.size()) == std::string_view::npos;
}

Result<void> check_directory(const std::string& directory) {
  struct stat status {};
  if (::stat(directory.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) return {};
  if (errno == EACCES) return cannot_open(directory);
  return Unexpected(Error{.code = ErrorCode::io_failure,
                          .message = "the state-dir is not a directory that is there; correct state-dir, or start "
                                     "signet-token once, which wants it too",
                          .detail = directory});
}

}  // namespace

Result<bool> UnlockPin::any(const std::string& state_dir) {
  SIGNET_TRY(check_directory(state_dir));
  std::error_code failure;
  std::filesystem::directory_iterator entry(state_dir, failure);
  for (; !failure && entry != std::filesystem::directory_iterator(); entry.increment(failure)) {
    if (is_record_name(entry->path().filename().string())) return true;
  }
  errno = failure.value();
  if (failure) return cannot_open(state_dir);
  return false;
}

Result<std::optional<UnlockPin>> UnlockPin::find(const std::string& state_dir, const std::string& serial) {
  SIGNET_TRY(check_directory(state_dir));
  const std::string path = login_record_path(state_dir, serial);
  host::FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!file.valid() && errno == ENOENT) return std::optional<UnlockPin>();
  if (!file.valid()) return cannot_open(path);
  UnlockPin found(path, std::move(file));
  SIGNET_TRY(found.look(serial));
  return std::optional<UnlockPin>(std::move(found));
}

Result<void> UnlockPin::look(const std::string& serial) {
  // Shared: two who look do not take each other for the process that tries the PIN.
  being_tried_ = ::flock(file_.get(), LOCK_SH | LOCK_NB) != 0;
  if (being_tried_ && errno != EWOULDBLOCK) {
    return host::os_error("whether a login is under way cannot be told; put state-dir on a local file system",
                          "flock " + path_);
  }
  struct stat status {};
  if (::fstat(file_.get(), &status) != 0) return host::os_error("the record cannot be read", "fstat " + path_);
  since_ = status.st_mtime;
  std::string text(kMaxLoginRecordBytes + 1, '\0');
  const ssize_t count = ::pread(file_.get(), text.data(), text.size(), 0);
  if (count < 0) return host::os_error("the record cannot be read", "read " + path_);
  text.resize(static_cast<std::size_t>(count));
  auto note = parse_login_note(text);
  if (note && note->serial == serial) note_ = std::move(*note);
  return {};
}

// Renamed aside first: what is removed is then surely the record that was looked at, however fast signet-token writes
// another one.
Result<UnlockPin::Clearing> UnlockPin::clear() const {
  if (being_tried_) return Clearing::is_being_tried;
  const std::string aside = path_ + ".cleared";
  if (::rename(path_.c_str(), aside.c_str()) != 0) {
    if (errno == ENOENT) return Clearing::replaced;
    return host::os_error("the record of login attempts cannot be removed", "rename " + path_);
  }
  struct stat ours {};
  struct stat moved {};
  const bool same = ::fstat(file_.get(), &ours) == 0 && ::stat(aside.c_str(), &moved) == 0 && is_same_file(ours, moved);
  // A link gives it its name back, lock and all, unless a still newer one has it.
  if (!same && ::link(aside.c_str(), path_.c_str()) != 0 && errno != EEXIST)
    return host::os_error("the record of login attempts cannot be put back", "link " + aside);
  if (::unlink(aside.c_str()) != 0)
    return host::os_error("the record of login attempts cannot be removed", "unlink " + aside);
  SIGNET_TRY(host::sync_directory_of(path_));
  return same ? Clearing::cleared : Clearing::replaced;
}

}  // namespace signet::pkcs11
