#include "cli/signet-admin/new_file.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "cli/terminal/output.h"
#include "host/file_descriptor.h"

namespace signet::admin {
namespace {

Unexpected<Failure> cannot_write(const NewFile& file) {
  return Unexpected(
      Failure{ExitCode::failure, fmt::format("The {} {} cannot be written ({}); name one in a folder that takes it.",
                                             file.noun, file.path, std::strerror(errno))});
}

Unexpected<Failure> exists(const NewFile& file) {
  return Unexpected(
      Failure{ExitCode::refused, fmt::format("The {} {} exists already; name another with {}, or move it away.",
                                             file.noun, file.path, file.option)});
}

/// A file under another name in the same directory, until it has its own.
struct Draft {
  std::string path;
  host::FileDescriptor fd;
  explicit Draft(const std::string& target) : path(target + ".XXXXXX"), fd(::mkostemp(path.data(), O_CLOEXEC)) {}
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;
  ~Draft() {
    if (fd.valid()) ::unlink(path.c_str());
  }
};

}  // namespace

Done<void> check_can_be_made(const NewFile& file) {
  struct stat unused {};
  if (::lstat(file.path.c_str(), &unused) == 0) return exists(file);
  const Draft draft(file.path);
  return draft.fd.valid() ? Done<void>() : cannot_write(file);
}

Done<void> write_new_file(const NewFile& file, const std::string& text) {
  constexpr mode_t kReadableByAll = 0644;
  const Draft draft(file.path);
  if (!draft.fd.valid() || !terminal::write_all(draft.fd.get(), text) ||
      ::fchmod(draft.fd.get(), kReadableByAll) != 0 || ::fsync(draft.fd.get()) != 0) {
    return cannot_write(file);
  }
  // link(2), unlike rename(2), does not replace.
  if (::link(draft.path.c_str(), file.path.c_str()) == 0) return {};
  return errno == EEXIST ? exists(file) : cannot_write(file);
}

}  // namespace signet::admin
