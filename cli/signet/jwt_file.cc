#include "cli/signet/jwt_file.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <optional>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "cli/terminal/output.h"

namespace signet::cli {
namespace {

Unexpected<Failure> failure(std::string sentence) {
  return Unexpected(Failure{ExitCode::failure, std::move(sentence)});
}

Unexpected<Failure> cannot_write(const std::string& path, int error) {
  return failure(fmt::format("The file {} cannot be written ({}); name one in a folder that takes it.", path,
                             std::strerror(error)));
}

/// What the path leads to, links not followed; nothing with errno where that cannot be told.
std::optional<struct stat> look_at(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return std::nullopt;
  return status;
}

Result<void, Failure> fill(const host::FileDescriptor& file, const std::string& name, const std::string& path,
                           std::string_view text) {
  if (terminal::write_all(file.get(), text)) return {};
  const int error = errno;
  ::unlink(name.c_str());
  return cannot_write(path, error);
}

}  // namespace

Result<void, Failure> JwtFile::refuse_other_than_regular() const {
  const auto there = look_at(path_);
  if (!there || S_ISREG(there->st_mode)) return {};
  return failure(
      fmt::format("What stands at {} is not a regular file, so that it is not replaced; name another file.", path_));
}

// mkostemp(3) makes it with mode 0600, whatever the umask.
Result<void, Failure> JwtFile::write(std::string_view text) {
  SIGNET_TRY(refuse_other_than_regular());
  std::string draft = path_ + ".XXXXXX";
  host::FileDescriptor file(::mkostemp(draft.data(), O_CLOEXEC));
  if (!file.valid()) return cannot_write(path_, errno);
  SIGNET_TRY(fill(file, draft, path_, text));
  if (::rename(draft.c_str(), path_.c_str()) != 0) {
    const int error = errno;
    ::unlink(draft.c_str());
    return cannot_write(path_, error);
  }
  file_ = std::move(file);
  return {};
}

Result<void, Failure> JwtFile::create(std::string_view text) {
  constexpr mode_t kMode = 0600;
  host::FileDescriptor file(::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kMode));
  if (!file.valid() && errno == EEXIST)
    return failure(fmt::format("{} is there already and is left alone; remove it or name another file.", path_));
  if (!file.valid()) return cannot_write(path_, errno);
  SIGNET_TRY(fill(file, path_, path_, text));
  file_ = std::move(file);
  return {};
}

bool JwtFile::stands() const {
  struct stat written {};
  if (!file_.valid() || ::fstat(file_.get(), &written) != 0) return false;
  const auto there = look_at(path_);
  return there && there->st_dev == written.st_dev && there->st_ino == written.st_ino;
}

bool JwtFile::is_missing() const { return file_.valid() && !look_at(path_) && (errno == ENOENT || errno == ENOTDIR); }

Result<void, Failure> JwtFile::remove() {
  const bool gone = !stands() || ::unlink(path_.c_str()) == 0;
  const int error = errno;
  file_.reset();
  if (gone) return {};
  return failure(
      fmt::format("The file {} cannot be taken away ({}); remove it yourself.", path_, std::strerror(error)));
}

}  // namespace signet::cli
