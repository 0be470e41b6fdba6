#include "daemon/rules/configuration_reading.h"

#include <fmt/format.h>

namespace signet::rules {
namespace {

std::vector<SourceFile> read_directory(const std::string& directory, std::string_view ending, const char* option,
                                       const std::string& config_file, const Files& files,
                                       std::vector<ConfigProblem>& problems) {
  if (directory.empty()) return {};  // a missing option is a problem already
  const auto paths = files.list(directory, ending);
  if (paths) return read_sources(*paths, files);
  problems.push_back({config_file, 0, option,
                      fmt::format("{} cannot be read ({}); name a directory that the daemon may read", directory,
                                  paths.error().detail)});
  return {};
}

}  // namespace

std::vector<SourceFile> read_sources(const std::vector<std::string>& paths, const Files& files) {
  std::vector<SourceFile> sources;
  for (const auto& path : paths) sources.push_back({path, files.read(path)});
  return sources;
}

ConfigurationReading read_configuration(const std::string& path, const std::string& default_profiles_dir,
                                        const Files& files, const Accounts& accounts) {
  const Result<std::string> text = files.read(path);
  if (!text) return {.configuration = {}, .daemon_problems = {{path, 0, "", "cannot be read: " + text.error().detail}}};
  DaemonConfigReading daemon = read_daemon_config(path, *text, default_profiles_dir, accounts);
  std::vector<ConfigProblem> problems = std::move(daemon.problems);
  const auto profiles = read_directory(daemon.config.profiles_dir, ".json", "profiles-dir", path, files, problems);
  const auto keys = read_directory(daemon.config.keys_dir, ".conf", "keys-dir", path, files, problems);
  return {.configuration = build_configuration(std::move(daemon.config), profiles, keys, accounts),
          .daemon_problems = std::move(problems)};
}

std::vector<ConfigProblem> all_problems(const ConfigurationReading& reading) {
  std::vector<ConfigProblem> problems = reading.daemon_problems;
  problems.insert(problems.end(), reading.configuration.problems.begin(), reading.configuration.problems.end());
  return problems;
}

}  // namespace signet::rules
