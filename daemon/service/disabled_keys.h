#pragma once

#include <string>
#include <string_view>

#include "daemon/rules/decide.h"
#include "proto/result.h"

namespace signet::service {

/// The keys that an officer has disabled, with the reason, in one file per key of state-dir/disabled: they stay
/// disabled over restarts.
class DisabledKeyFiles {
 public:
  explicit DisabledKeyFiles(std::string directory) : directory_(std::move(directory)) {}

  /// Error io_failure: nobody can tell which keys are disabled, so the daemon must not start.
  Result<rules::DisabledKeys> load() const;
  /// On the disk when these return. Error io_failure.
  Result<void> disable(const std::string& key, std::string_view reason) const;
  Result<void> enable(const std::string& key) const;

 private:
  const std::string directory_;
};

}  // namespace signet::service
