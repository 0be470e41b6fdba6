#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/rules/accounts.h"
#include "daemon/rules/configuration.h"
#include "proto/config_file.h"
#include "proto/result.h"

namespace signet::rules {

inline constexpr std::size_t kMaxConfigurationFileBytes = std::size_t{256} * 1024;

/// How files become texts: with Accounts all that configuration asks of the machine. Both may block; error io_failure
/// with path and reason in its detail.
struct Files {
  std::function<Result<std::string>(const std::string& path)> read;
  /// Paths of the directory's files whose names end so, sorted; hidden ones are passed over.
  std::function<Result<std::vector<std::string>>(const std::string& directory, std::string_view ending)> list;
};

struct ConfigurationReading {
  Configuration configuration;
  std::vector<ConfigProblem>
      daemon_problems;  ///< of signetd.conf and of the directories it names; any one stops the start
};

/// Reads signetd.conf, every NAME.conf of keys-dir and every NAME.json of profiles-dir. Other names in those
/// directories (editors' backups, packages' leftovers) are passed over. Any thread that may block.
ConfigurationReading read_configuration(const std::string& path, const std::string& default_profiles_dir,
                                        const Files& files, const Accounts& accounts);

/// The texts of these files, or why there is none. Any thread that may block.
std::vector<SourceFile> read_sources(const std::vector<std::string>& paths, const Files& files);

/// All problems of a reading, those of signetd.conf first.
std::vector<ConfigProblem> all_problems(const ConfigurationReading& reading);

}  // namespace signet::rules
