#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include <p11-kit/pkcs11.h>

#include "tests/support/fault_module/counters.h"

namespace signet::fault {

/// A rule that until=init has ended has matched this often.
constexpr std::uint64_t kSpent = 1'000'000'000'000'000'000;

/// One line of the rules' file, described at the head of module.cc.
struct Rule {
  std::string function;
  std::uint64_t after = 0;
  std::uint64_t times = kSpent;
  long delay_ms = 0;
  CK_RV rv = CKR_OK;
  bool call = false;
  bool hang = false;
  bool corrupt = false;
  CK_FLAGS flags = 0;
  bool kill = false;
  bool logout = false;
  bool until_init = false;
};
Rule parse_rule(const std::string& line);

/// Counts calls and finds the rule that acts on one. Any thread.
class FaultBoard {
 public:
  /// Counts the call; gives the rule that acts on it, or one that does nothing.
  Rule note(std::size_t function);
  /// Two threads were inside the module at once.
  void note_overlap();
  /// Blocks until the rules' file is another one.
  static void wait_for_other_rules();

 private:
  static bool fits(const Rule& rule, std::size_t function);
  bool acts(std::size_t rule);
  void end_rules_at_initialize();
  void read_changed_rules();

  std::mutex mutex_;  ///< within this process; the counters' own lock is for the others
  Counters counters_;
  std::vector<Rule> rules_;
  std::uint64_t read_stamp_ = 0;
};

}  // namespace signet::fault
