#include "daemon/service/state_files.h"

#include <filesystem>
#include <system_error>

#include <fmt/format.h>

#include "daemon/service/durable_file.h"
#include "host/log.h"
#include "host/process.h"

namespace signet::service {
namespace {

constexpr std::size_t kMaxStateFileBytes = 64 * 1024UL;

}  // namespace

Result<std::map<std::string, std::string, std::less<>>> read_state_files(const std::string& directory) {
  SIGNET_TRY(make_directory(directory));
  std::map<std::string, std::string, std::less<>> files;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(directory, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = entry->path().filename();
    if (name.starts_with(kDraftMark)) continue;
    if (std::error_code unknown; !entry->is_regular_file(unknown)) {
      host::log(host::LogLevel::warning, fmt::format("{} is no file, and is passed over", entry->path().string()));
      continue;
    }
    SIGNET_TRY_ASSIGN(files[name], host::read_file(entry->path(), kMaxStateFileBytes));
  }
  if (error)
    return Unexpected(Error{ErrorCode::io_failure, "the daemon's state cannot be read; see its log",
                            directory + ": " + error.message()});
  return files;
}

}  // namespace signet::service
