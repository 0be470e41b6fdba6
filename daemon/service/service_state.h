#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/rules/configuration.h"
#include "daemon/rules/jwt_holders.h"
#include "daemon/rules/key_rates.h"
#include "daemon/rules/views.h"

namespace signet::service {

/// The last attempt to reload, for status.
struct ReloadReport {
  std::int64_t at = 0;                  ///< Unix seconds
  std::vector<ConfigProblem> problems;  ///< empty: it succeeded
};

/// What every call reads and a few change: the configuration in force and what the daemon has learnt since it started.
/// The I/O thread.
struct ServiceState {
  std::shared_ptr<const rules::Configuration>
      configuration;  ///< a request keeps the one it began with; a reload puts another here
  rules::LiveState live;
  std::map<std::string, rules::KeyRates, std::less<>> rates;  ///< by key name
  rules::JwtHolders holders;
  std::optional<ReloadReport> last_reload;
};

inline rules::WallTime wall_now() { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()); }

}  // namespace signet::service
