#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/support/test_token.h"

namespace signet::test {

/// The fault module (fault_module/module.cc) in front of a token's own: its rules and counters. One thread.
class FaultControl {
 public:
  /// Files go into the token's directory.
  explicit FaultControl(const TestToken& token, const std::vector<std::string>& rules = {});

  /// Path of libsignet_fault_module.so.
  static std::string module();
  /// What a process that loads the module needs in its environment; `character` as module.cc describes it.
  std::map<std::string, std::string> environment(const std::string& character = {}) const;
  /// Replaces the rules.
  void set_rules(const std::vector<std::string>& rules) const;
  /// How often a function has been called, in all processes and process images; also "overlaps" and "rule.0".
  long count(const std::string& function) const;

 private:
  std::string real_module_;
  std::string rules_file_;
  std::string counts_file_;
};

}  // namespace signet::test
