#include "daemon/service/configuration_files.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "host/accounts.h"
#include "host/process.h"

#ifndef SIGNET_DEFAULT_PROFILES_DIR
#error "the build says where profiles are installed"
#endif

namespace signet::service {
namespace {

constexpr std::size_t kMaxFileBytes = 256 * 1024;

rules::Accounts machine_accounts() { return {.user_id = host::user_id, .group_id = host::group_id}; }

std::vector<rules::SourceFile> read_directory(const std::string& directory, std::string_view suffix, std::string option,
                                              const std::string& config_file, std::vector<ConfigProblem>& problems) {
  std::vector<rules::SourceFile> files;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(directory, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string path = entry->path();
    const std::string name = entry->path().filename();
    if (!name.ends_with(suffix) || name.starts_with('.')) continue;
    files.push_back({path, host::read_file(path, kMaxFileBytes)});
  }
  if (error)
    problems.push_back(
        {config_file, 0, std::move(option),
         directory + " cannot be read (" + error.message() + "); name a directory that the daemon may read"});
  std::ranges::sort(files, {}, &rules::SourceFile::path);
  return files;
}

}  // namespace

ConfigurationReading read_configuration(const std::string& path) {
  const Result<std::string> text = host::read_file(path, kMaxFileBytes);
  if (!text) return {.configuration = {}, .daemon_problems = {{path, 0, "", "cannot be read: " + text.error().detail}}};
  rules::DaemonConfigReading daemon =
      rules::read_daemon_config(path, *text, SIGNET_DEFAULT_PROFILES_DIR, machine_accounts());
  std::vector<ConfigProblem> problems = std::move(daemon.problems);
  std::vector<rules::SourceFile> profiles;
  std::vector<rules::SourceFile> keys;
  // A missing option is a problem already.
  if (!daemon.config.profiles_dir.empty())
    profiles = read_directory(daemon.config.profiles_dir, ".json", "profiles-dir", path, problems);
  if (!daemon.config.keys_dir.empty())
    keys = read_directory(daemon.config.keys_dir, ".conf", "keys-dir", path, problems);
  return {.configuration = rules::build_configuration(std::move(daemon.config), profiles, keys, machine_accounts()),
          .daemon_problems = std::move(problems)};
}

std::vector<ConfigProblem> all_problems(const ConfigurationReading& reading) {
  std::vector<ConfigProblem> problems = reading.daemon_problems;
  problems.insert(problems.end(), reading.configuration.problems.begin(), reading.configuration.problems.end());
  return problems;
}

}  // namespace signet::service
