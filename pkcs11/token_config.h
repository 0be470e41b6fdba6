#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

#include "pkcs11/module.h"
#include "proto/config_file.h"
#include "proto/pkcs11_uri.h"
#include "proto/rate.h"

namespace signet::pkcs11 {

enum class Verify { always, first, never };

/// One file of tokens.d: one token, how to open it, and who may use the link to it.
struct TokenConfig {
  ModuleSpec module;
  Pkcs11Uri token;
  std::string pin_file{};  ///< empty: $CREDENTIALS_DIRECTORY/pin
  std::string socket{};
  std::vector<uid_t> allow{};
  std::string
      state_dir{};  ///< where the record of login attempts is kept: without it a restart could try a refused PIN again
  int sessions = 8;
  std::chrono::milliseconds call_timeout{std::chrono::seconds(10)};   ///< of one call
  std::chrono::milliseconds start_timeout{std::chrono::seconds(60)};  ///< of one call while the token is opened
  Verify verify = Verify::always;
  std::chrono::milliseconds probe_interval{std::chrono::seconds(15)};  ///< 0: no probes
  std::vector<RateLimit> max_rate{};                                   ///< empty: no limit
  mode_t socket_mode = 0600;
  std::optional<gid_t> socket_group{};
};

struct TokenConfigReading {
  TokenConfig config;
  std::vector<ConfigProblem> problems;  ///< empty: the configuration may be used
  std::string text{};                   ///< what was read, at most 64 KiB
};

/// Reads the text of one file; every problem of it, never only the first. Users and groups are looked up in this
/// machine's databases. Any thread; may block on NSS.
TokenConfigReading read_token_config(const std::string& file, std::string_view text);

/// The same from disk; a file that cannot be read is a problem too.
TokenConfigReading load_token_config(const std::string& file);

}  // namespace signet::pkcs11
