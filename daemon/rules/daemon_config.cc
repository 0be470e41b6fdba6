#include "daemon/rules/daemon_config.h"

#include <fmt/format.h>

#include "daemon/rules/config_takes.h"
#include "proto/config_values.h"

namespace signet::rules {
namespace {

using std::chrono::milliseconds;
using namespace std::chrono_literals;

ConfigSchema::Take take_group(std::optional<gid_t>& target, const Accounts& accounts) {
  return take_into(target, [&accounts](std::string_view name) { return accounts.group_id(std::string(name)); });
}

Result<AuditSync> parse_audit_sync(std::string_view value) {
  if (value == "none") return AuditSync::none;
  if (value == "interval") return AuditSync::interval;
  if (value == "always") return AuditSync::always;
  return Unexpected(Error{ErrorCode::bad_input, "must be none, interval or always"});
}

void add_paths(ConfigSchema& schema, DaemonConfig& config) {
  schema.required("socket", take_into(config.socket, parse_socket_path))
      .optional("admin-socket", take_into(config.admin_socket, parse_socket_path))
      .required("keys-dir", take_into(config.keys_dir, parse_path))
      .optional("profiles-dir", take_into(config.profiles_dir, parse_path))
      .required("token-dir", take_into(config.token_dir, parse_path))
      .required("state-dir", take_into(config.state_dir, parse_path))
      .optional("jwks-file", take_into(config.jwks_file, parse_path));
}

void add_audit(ConfigSchema& schema, DaemonConfig& config) {
  schema.required("audit-log", take_into(config.audit_log, parse_path))
      .optional("audit-sync", take_into(config.audit_sync, parse_audit_sync))
      .optional("audit-sync-interval", take_duration(config.audit_sync_interval, 100ms, 10min));
}

void add_limits(ConfigSchema& schema, DaemonConfig& config) {
  schema.optional("deadline", take_duration(config.deadline, 100ms, 10min))
      .optional("max-connections", take_count(config.max_connections, 1, 65'536))
      .optional("idle-timeout", take_duration(config.idle_timeout, 100ms, 24h))
      .optional("connection-max-age", take_duration(config.connection_max_age, 1s, 24h))
      .optional("cache-entries", take_count(config.cache_entries, 0, 1'000'000));
}

}  // namespace

DaemonConfigReading read_daemon_config(std::string file, std::string_view text, std::string default_profiles_dir,
                                       const Accounts& accounts) {
  DaemonConfigReading reading;
  reading.config.profiles_dir = std::move(default_profiles_dir);
  ConfigSchema schema;
  add_paths(schema, reading.config);
  add_audit(schema, reading.config);
  add_limits(schema, reading.config);
  schema.optional("socket-mode", take_into(reading.config.socket_mode, parse_file_mode))
      .optional("socket-group", take_group(reading.config.socket_group, accounts));
  const auto lines = read_config_lines(std::move(file), text);
  reading.problems = schema.apply(lines);
  if (reading.problems.empty() && reading.config.admin_socket == reading.config.socket)
    reading.problems.push_back(
        {lines.file, 0, "admin-socket", "is the same path as socket; give it a path of its own"});
  return reading;
}

}  // namespace signet::rules
