#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/rules/daemon_config.h"
#include "daemon/rules/key_config.h"
#include "daemon/rules/profile.h"
#include "proto/config_file.h"
#include "proto/result.h"

namespace signet::rules {

/// A file of keys_dir (NAME.conf) or profiles_dir (NAME.json) as the daemon read it, or why it could not.
struct SourceFile {
  std::string path;
  Result<std::string> text;
};

/// A key that cannot serve because its file or its profile is wrong.
struct BrokenKey {
  std::vector<AllowLine> allow;  ///< those who are told so; to everybody else the key looks unknown
  std::string profile;
  std::string message;  ///< one sentence for a client: no path, no value
};

/// Everything signetd goes by. Immutable once built, shared by all threads; a reload makes a new one.
struct Configuration {
  DaemonConfig daemon;
  std::map<std::string, KeyPolicy, std::less<>> keys;
  std::map<std::string, BrokenKey, std::less<>> broken;
  std::vector<ConfigProblem> problems;  ///< of keys and profiles; empty means that all is well
};

/// Puts together what the daemon has read. A bad profile breaks its keys, a bad key file itself, two files that name
/// one key with different algorithms each other; nothing else suffers. Any thread that may block on `accounts`.
Configuration build_configuration(DaemonConfig daemon, const std::vector<SourceFile>& profiles,
                                  const std::vector<SourceFile>& keys, const Accounts& accounts);

/// What a reload does with a new reading: all or nothing. The problems, empty where `fresh` may replace `current`;
/// options that cannot change in a running daemon (sockets, state_dir) are problems too. `daemon_problems` are those of
/// signetd.conf.
std::vector<ConfigProblem> reload_problems(const Configuration& current, const Configuration& fresh,
                                           const std::vector<ConfigProblem>& daemon_problems);

}  // namespace signet::rules
