#pragma once

#include <string>
#include <vector>

#include "daemon/rules/key_config.h"
#include "proto/config_file.h"

// What `policy check` prints. Any thread.
namespace signet::admin {

struct ExplainedKey {
  std::string path;
  std::vector<ConfigEntry> rates;  ///< the lines as written
  rules::KeyPolicy policy;
};

struct PolicyReport {
  std::vector<ExplainedKey> keys{};
  std::vector<std::string> problems{};  ///< "FILE:LINE: OPTION: MESSAGE"
};

/// Each good key in plain words with its warnings, then the problems.
std::string view_policy(const PolicyReport& report, bool colour);

/// {"keys":[…],"problems":[…]} on one line; a key as GET /v1/keys/{key} shows it, and `file`, `role`, `token`,
/// `object`, `publish`, `next`, `retiring`, `allow`, `set_claims`, `rates`, `warnings`.
std::string policy_json(const PolicyReport& report);

}  // namespace signet::admin
