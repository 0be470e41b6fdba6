#include "cli/signet/jwt_file.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "cli/terminal/output.h"
#include "host/file_descriptor.h"

namespace signet::cli {
namespace {

Unexpected<Failure> cannot_write(const std::string& path, int error) {
  return Unexpected(
      Failure{ExitCode::failure, fmt::format("The file {} cannot be written ({}); name one in a folder that takes it.",
                                             path, std::strerror(error))});
}

bool is_directory(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

}  // namespace

// mkostemp(3) makes it with mode 0600, whatever the umask.
Result<void, Failure> JwtFile::write(std::string_view text) {
  if (is_directory(path_)) return cannot_write(path_, EISDIR);
  std::string draft = path_ + ".XXXXXX";
  const host::FileDescriptor fd(::mkostemp(draft.data(), O_CLOEXEC));
  if (!fd.valid()) return cannot_write(path_, errno);
  const bool whole = terminal::write_all(fd.get(), text).has_value();
  if (whole && ::rename(draft.c_str(), path_.c_str()) == 0) {
    written_ = true;
    return {};
  }
  const int error = errno;
  ::unlink(draft.c_str());
  return cannot_write(path_, error);
}

void JwtFile::remove() {
  if (written_) ::unlink(path_.c_str());
  written_ = false;
}

}  // namespace signet::cli
