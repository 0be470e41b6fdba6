#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "proto/api.h"

namespace signet::admin {

/// What `policy check` and `policy test` are told.
struct PolicyOptions {
  std::vector<std::string> files{};  ///< of policy check
  std::string profiles_dir{};        ///< of policy check, for key files; empty: where they are installed
  std::string config{};              ///< of policy test: signetd.conf
  std::string key{};
  std::string caller{};  ///< --as, as written: "user=ci,unit=x.service"
  TokenRequest request{};
  std::optional<std::chrono::sys_seconds> at{};  ///< absent: now
};

}  // namespace signet::admin
