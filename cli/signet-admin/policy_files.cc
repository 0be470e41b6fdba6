#include "cli/signet-admin/policy_files.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "daemon/rules/rotation_record.h"
#include "host/accounts.h"
#include "host/directory.h"
#include "host/process.h"

#ifndef SIGNET_DEFAULT_PROFILES_DIR
#error "the build says where profiles are installed"
#endif

namespace signet::admin {
namespace {

Result<std::string> read(const std::string& path) { return host::read_file(path, rules::kMaxConfigurationFileBytes); }

rules::Files files() { return {.read = read, .list = host::files_in}; }
rules::Accounts accounts() { return {.user_id = host::user_id, .group_id = host::group_id}; }

ConfigLines lines_of(const std::string& path) {
  const auto text = read(path);
  return text ? read_config_lines(path, *text) : ConfigLines{.file = path, .entries = {}, .problems = {}};
}

Result<std::optional<std::string>> read_if_there(const std::string& path) {
  std::error_code error;
  if (std::filesystem::symlink_status(path, error).type() == std::filesystem::file_type::not_found)
    return std::optional<std::string>();
  SIGNET_TRY_ASSIGN(auto text, read(path));
  return std::optional(std::move(text));
}

}  // namespace

rules::ConfigurationReading read_daemon_configuration(const std::string& path) {
  return rules::read_configuration(path, SIGNET_DEFAULT_PROFILES_DIR, files(), accounts());
}

rules::ConfigurationReading read_key_files(const std::vector<std::string>& paths, const std::string& profiles_dir) {
  const std::string directory = profiles_dir.empty() ? SIGNET_DEFAULT_PROFILES_DIR : profiles_dir;
  const auto profiles = host::files_in(directory, ".json");
  if (!profiles)
    return {.configuration = {},
            .daemon_problems = {
                {directory, 0, "",
                 "cannot be read (" + profiles.error().detail + "); name the profiles' folder with --profiles-dir"}}};
  return {.configuration = rules::build_configuration({}, rules::read_sources(*profiles, files()),
                                                      rules::read_sources(paths, files()), accounts()),
          .daemon_problems = {}};
}

bool is_daemon_configuration(const std::string& path) {
  const auto lines = lines_of(path);
  return std::ranges::find(lines.entries, "keys-dir", &ConfigEntry::option) != lines.entries.end();
}

std::vector<ConfigEntry> rate_lines(const std::string& key_file) {
  auto lines = lines_of(key_file).entries;
  std::erase_if(lines, [](const ConfigEntry& entry) { return !entry.option.starts_with("rate"); });
  return lines;
}

Result<rules::DisabledKeys> read_disabled(const rules::DaemonConfig& daemon, const std::string& key) {
  SIGNET_TRY_ASSIGN(auto reason, read_if_there(daemon.disabled_keys_dir() + "/" + key));
  return reason ? rules::DisabledKeys{{key, *std::move(reason)}} : rules::DisabledKeys{};
}

Result<rules::SwitchRecords> read_switches(const rules::DaemonConfig& daemon, const std::string& key) {
  SIGNET_TRY_ASSIGN(auto record, read_if_there(daemon.rotation_dir() + "/" + key));
  return record ? rules::read_records({{key, *std::move(record)}}) : rules::SwitchRecords{};
}

}  // namespace signet::admin
