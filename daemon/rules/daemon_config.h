#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

#include "daemon/rules/accounts.h"
#include "proto/config_file.h"

namespace signet::rules {

/// When lines of the audit log are on the disk: whenever the kernel likes, every so often, or before the answer.
enum class AuditSync { none, interval, always };

/// signetd.conf. Option names are the members' with `-` for `_`.
struct DaemonConfig {
  std::string socket{};  ///< required; where to listen when no "api" socket is inherited
  std::optional<std::string> admin_socket{};
  mode_t socket_mode = 0660;
  std::optional<gid_t> socket_group{};
  std::string keys_dir{};      ///< required; one NAME.conf per key
  std::string profiles_dir{};  ///< default: the installed ones
  std::string token_dir{};     ///< required; the service of token NAME listens at token_dir/NAME.sock
  std::string state_dir{};     ///< required
  std::string audit_log{};     ///< required
  AuditSync audit_sync = AuditSync::interval;
  std::chrono::milliseconds audit_sync_interval{1'000};
  std::optional<std::string> jwks_file{};
  std::chrono::milliseconds deadline{15'000};  ///< for one request, from its last byte to the answer
  std::size_t max_connections = 256;
  std::chrono::milliseconds idle_timeout{60'000};  ///< between requests of one connection
  std::chrono::milliseconds connection_max_age{
      600'000};  ///< group changes of a user take effect after this at the latest
  std::size_t cache_entries = 10'000;

  /// One file for each key that an officer has disabled, with the reason.
  std::string disabled_keys_dir() const { return state_dir + "/disabled"; }
  /// Of each key that was switched to another object the switches (rotation_record.h), in a file of the key's name.
  std::string rotation_dir() const { return state_dir + "/rotation"; }

  bool operator==(const DaemonConfig&) const = default;
};

struct DaemonConfigReading {
  DaemonConfig config;                  ///< meaningful only without problems
  std::vector<ConfigProblem> problems;  ///< all of them; any one stops the start
};

/// Reads the text of signetd.conf; `file` is its name for problems. Never fails half-way: whatever is wrong is listed.
/// Any thread that may block on `accounts`.
DaemonConfigReading read_daemon_config(std::string file, std::string_view text, std::string default_profiles_dir,
                                       const Accounts& accounts);

}  // namespace signet::rules
