#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>

#include "daemon/rules/configuration.h"
#include "daemon/rules/rate.h"
#include "daemon/rules/views.h"

namespace signet::service {

/// What every call reads and a few change: the configuration in force and what the daemon has learnt since it started. The I/O thread.
struct ServiceState {
  std::shared_ptr<const rules::Configuration> configuration;  ///< a request keeps the one it began with; a reload puts another here
  rules::LiveState live;
  std::map<std::string, rules::RateState, std::less<>> rates;  ///< by key name
};

inline rules::WallTime wall_now() { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()); }

}  // namespace signet::service
