#pragma once

#include <cstdint>
#include <string>

#include "tests/support/fault_module/functions.h"

namespace signet::fault {

constexpr std::size_t kMaxRules = 16;

/// Rows of text "NAME DIGITS\n" of fixed width, in the file that P11FAULT_COUNTS names and that several processes map,
/// or in memory of our own. Neither get nor set locks: hold the lock() around both where other processes count too.
class Counters {
 public:
  static constexpr std::size_t kOverlapsRow = kFunctions.size();
  static constexpr std::size_t kStampRow = kOverlapsRow + 1;
  static constexpr std::size_t kFirstRuleRow = kStampRow + 1;
  static constexpr std::size_t kRows = kFirstRuleRow + kMaxRules;

  Counters();
  std::uint64_t get(std::size_t row) const;
  void set(std::size_t row, std::uint64_t value);
  /// Against other processes, not other threads.
  void lock() const;
  void unlock() const;

 private:
  static std::string name_of(std::size_t row);

  int fd_ = -1;
  char* text_ = nullptr;
};

}  // namespace signet::fault
