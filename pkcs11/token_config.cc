#include "pkcs11/token_config.h"

#include <limits>

#include "host/accounts.h"
#include "host/process.h"
#include "proto/config_takes.h"
#include "proto/config_values.h"

namespace signet::pkcs11 {
namespace {

constexpr std::size_t kMaxFileBytes = 64 * 1024;
constexpr int kMaxSessions = 1024;
constexpr std::string_view kUserPrefix = "user:";
constexpr std::string_view kUidPrefix = "uid:";

Unexpected<Error> refuse(std::string message) {
  return Unexpected(Error{.code = ErrorCode::bad_input, .message = std::move(message)});
}

Result<std::string> parse_text(std::string_view value) { return std::string(value); }

Result<Pkcs11Uri> parse_token_uri(std::string_view value) {
  SIGNET_TRY_ASSIGN(Pkcs11Uri uri, parse_pkcs11_uri(value));
  if (uri.object || uri.id || uri.type)
    return refuse("names an object; a token has only token, serial, model and manufacturer");
  if (!uri.token && !uri.serial) return refuse("names no token; write pkcs11:token=LABEL or pkcs11:serial=NUMBER");
  return uri;
}

Result<uid_t> parse_peer(std::string_view value) {
  if (value.starts_with(kUserPrefix)) return host::user_id(std::string(value.substr(kUserPrefix.size())));
  if (!value.starts_with(kUidPrefix)) return refuse("is neither user:NAME nor uid:NUMBER");
  // The highest value means "no user" to the kernel.
  constexpr auto kMaxUid = static_cast<std::int64_t>(std::numeric_limits<uid_t>::max()) - 1;
  SIGNET_TRY_ASSIGN(const std::int64_t uid, parse_integer(value.substr(kUidPrefix.size()), 0, kMaxUid));
  return static_cast<uid_t>(uid);
}

Result<int> parse_sessions(std::string_view value) {
  SIGNET_TRY_ASSIGN(const std::int64_t sessions, parse_integer(value, 1, kMaxSessions));
  return static_cast<int>(sessions);
}

Result<std::chrono::milliseconds> parse_timeout(std::string_view value) {
  SIGNET_TRY_ASSIGN(const std::chrono::milliseconds timeout, parse_duration(value));
  if (timeout < std::chrono::milliseconds(100)) return refuse("is too short; give at least 100ms");
  return timeout;
}

Result<std::chrono::milliseconds> parse_probe_interval(std::string_view value) {
  if (value == "off") return std::chrono::milliseconds::zero();
  return parse_timeout(value);
}

Result<Verify> parse_verify(std::string_view value) {
  if (value == "always") return Verify::always;
  if (value == "first") return Verify::first;
  if (value == "never") return Verify::never;
  return refuse("is not always, first or never");
}

Result<std::optional<gid_t>> parse_group(std::string_view value) {
  SIGNET_TRY_ASSIGN(const gid_t group, host::group_id(std::string(value)));
  return std::optional<gid_t>(group);
}

ConfigSchema::Take add_peer(std::vector<uid_t>& peers, bool& mentioned) {
  return [&peers, &mentioned](std::string_view value) -> Result<void> {
    mentioned = true;
    SIGNET_TRY_ASSIGN(const uid_t uid, parse_peer(value));
    peers.push_back(uid);
    return {};
  };
}

ConfigSchema schema_for(TokenConfig& config, bool& peer_mentioned) {
  ConfigSchema schema;
  schema.required("module", take_into(config.module.path, parse_path))
      .optional("module-args", take_into(config.module.init_args, parse_text))
      .required("token", take_into(config.token, parse_token_uri))
      .optional("pin-file", take_into(config.pin_file, parse_path))
      .required("socket", take_into(config.socket, parse_socket_path))
      .repeated("allow", add_peer(config.allow, peer_mentioned))
      .required("state-dir", take_into(config.state_dir, parse_path))
      .optional("sessions", take_into(config.sessions, parse_sessions))
      .optional("call-timeout", take_into(config.call_timeout, parse_timeout))
      .optional("start-timeout", take_into(config.start_timeout, parse_timeout))
      .optional("verify", take_into(config.verify, parse_verify))
      .optional("probe-interval", take_into(config.probe_interval, parse_probe_interval))
      .optional("max-rate", take_into(config.max_rate, parse_rate))
      .optional("socket-mode", take_into(config.socket_mode, parse_file_mode))
      .optional("socket-group", take_into(config.socket_group, parse_group));
  return schema;
}

}  // namespace

TokenConfigReading read_token_config(const std::string& file, std::string_view text) {
  TokenConfigReading reading{.config = {}, .problems = {}, .text = std::string(text)};
  bool peer_mentioned = false;
  const ConfigSchema schema = schema_for(reading.config, peer_mentioned);
  reading.problems = schema.apply(read_config_lines(file, text));
  if (!peer_mentioned) {
    reading.problems.push_back({.file = file,
                                .line = 0,
                                .option = "allow",
                                .message = "is missing, so that nobody may connect; write allow = user:signetd"});
  }
  return reading;
}

TokenConfigReading load_token_config(const std::string& file) {
  auto text = host::read_file(file, kMaxFileBytes);
  if (text) return read_token_config(file, *text);
  TokenConfigReading reading;
  reading.problems.push_back(
      {.file = file,
       .line = 0,
       .option = "",
       .message = text.error().message + " (" + text.error().detail + "); name a file that this user may read"});
  return reading;
}

}  // namespace signet::pkcs11
