#include "host/sync_directory.h"

#include <fcntl.h>
#include <filesystem>
#include <unistd.h>

#include "host/file_descriptor.h"
#include "host/os_error.h"

namespace signet::host {

Result<void> sync_directory_of(const std::string& path) {
  const std::string directory = std::filesystem::path(path).parent_path();
  const FileDescriptor fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.valid() || ::fsync(fd.get()) != 0) return os_error("a directory cannot be synced", "fsync " + directory);
  return {};
}

}  // namespace signet::host
