#pragma once

#include <string>
#include <vector>

#include "daemon/rules/configuration_reading.h"
#include "daemon/rules/decide.h"
#include "daemon/rules/rotation.h"

// Configuration as signetd would read it on this machine. Blocks on the disk and on name services.
namespace signet::admin {

/// signetd.conf with all the keys and profiles that it names.
rules::ConfigurationReading read_daemon_configuration(const std::string& path);

/// These files of keys.d alone, with the profiles of a directory; empty: where they are installed.
rules::ConfigurationReading read_key_files(const std::vector<std::string>& paths, const std::string& profiles_dir);

/// Is this signetd.conf, by its options, and no file of keys.d? A file that cannot be read is taken for the latter.
bool is_daemon_configuration(const std::string& path);

/// The lines of a file that rule how often a key may be used, as written: "10/s, 2000/day".
std::vector<ConfigEntry> rate_lines(const std::string& key_file);

/// The officer's reason where the key is disabled. Error io_failure where that cannot be seen.
Result<rules::DisabledKeys> read_disabled(const rules::DaemonConfig& daemon, const std::string& key);

/// The key's switches from one object to another. Error io_failure where they cannot be seen.
Result<rules::SwitchRecords> read_switches(const rules::DaemonConfig& daemon, const std::string& key);

}  // namespace signet::admin
