#pragma once

#include <string>
#include <vector>

#include "daemon/rules/configuration.h"

namespace signet::service {

struct ConfigurationReading {
  rules::Configuration configuration;
  std::vector<ConfigProblem>
      daemon_problems;  ///< of signetd.conf and of the directories it names; any one stops the start
};

/// Reads signetd.conf, every NAME.conf of keys-dir and every NAME.json of profiles-dir, and hands the texts to the
/// rules. Other names in those directories (editors' backups, packages' leftovers) are passed over. Blocks on the disk
/// and on name services.
ConfigurationReading read_configuration(const std::string& path);

/// All problems of a reading, those of signetd.conf first.
std::vector<ConfigProblem> all_problems(const ConfigurationReading& reading);

}  // namespace signet::service
