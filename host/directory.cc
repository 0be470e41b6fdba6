#include "host/directory.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace signet::host {

Result<std::vector<std::string>> files_in(const std::string& directory, std::string_view ending) {
  std::vector<std::string> paths;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(directory, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = entry->path().filename();
    if (name.ends_with(ending) && !name.starts_with('.')) paths.push_back(entry->path());
  }
  if (error) return Unexpected(Error{ErrorCode::io_failure, "the directory cannot be read", error.message()});
  std::ranges::sort(paths);
  return paths;
}

}  // namespace signet::host
