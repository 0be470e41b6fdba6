#include "tests/support/fault_module/rules.h"

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <sys/stat.h>
#include <thread>

namespace signet::fault {
namespace {

/// Tells one file of rules from the next.
std::uint64_t rules_stamp() {
  const char* path = std::getenv("P11FAULT_RULES");
  struct stat status {};
  if (path == nullptr || ::stat(path, &status) != 0) return 0;
  const auto nanoseconds = static_cast<std::uint64_t>(status.st_mtim.tv_sec) * 1'000'000'000 +
                           static_cast<std::uint64_t>(status.st_mtim.tv_nsec);
  return nanoseconds ^ (status.st_ino << 20U) ^ static_cast<std::uint64_t>(status.st_size);
}

void set_option(Rule& rule, const std::string& name, const std::string& value) {
  const unsigned long long number = std::strtoull(value.c_str(), nullptr, 0);
  if (name == "after") rule.after = number;
  if (name == "times") rule.times = number;
  if (name == "delay") rule.delay_ms = static_cast<long>(number);
  if (name == "rv") rule.rv = static_cast<CK_RV>(number);
  if (name == "call") rule.call = true;
  if (name == "hang") rule.hang = true;
  if (name == "corrupt") rule.corrupt = true;
  if (name == "flags") rule.flags = static_cast<CK_FLAGS>(number);
  if (name == "kill") rule.kill = true;
  if (name == "logout") rule.logout = true;
  if (name == "until") rule.until_init = value == "init";
}

}  // namespace

Rule parse_rule(const std::string& line) {
  Rule rule;
  std::istringstream words(line);
  words >> rule.function;
  for (std::string word; words >> word;) {
    const auto equals = word.find('=');
    set_option(rule, word.substr(0, equals), equals == std::string::npos ? "" : word.substr(equals + 1));
  }
  return rule;
}

Rule FaultBoard::note(std::size_t function) {
  const std::scoped_lock own(mutex_);
  const std::scoped_lock shared(counters_);
  counters_.set(function, counters_.get(function) + 1);
  read_changed_rules();
  if (function == index_of("C_Initialize")) end_rules_at_initialize();
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    if (fits(rules_[i], function) && acts(i)) return rules_[i];
  }
  return {};
}

void FaultBoard::note_overlap() {
  const std::scoped_lock own(mutex_);
  const std::scoped_lock shared(counters_);
  counters_.set(Counters::kOverlapsRow, counters_.get(Counters::kOverlapsRow) + 1);
}

void FaultBoard::wait_for_other_rules() {
  const std::uint64_t before = rules_stamp();
  while (rules_stamp() == before) std::this_thread::sleep_for(std::chrono::milliseconds(5));
}

bool FaultBoard::fits(const Rule& rule, std::size_t function) {
  if (rule.function == "**") return true;
  return rule.function == kFunctions[function] || (rule.function == "*" && function >= kInitializeFunctions);
}

bool FaultBoard::acts(std::size_t rule) {
  const std::uint64_t matched = counters_.get(Counters::kFirstRuleRow + rule);
  if (matched >= kSpent) return false;
  counters_.set(Counters::kFirstRuleRow + rule, matched + 1);
  return matched >= rules_[rule].after && matched - rules_[rule].after < rules_[rule].times;
}

void FaultBoard::end_rules_at_initialize() {
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    const bool has_acted = counters_.get(Counters::kFirstRuleRow + i) > rules_[i].after;
    if (rules_[i].until_init && has_acted) counters_.set(Counters::kFirstRuleRow + i, kSpent);
  }
}

void FaultBoard::read_changed_rules() {
  const std::uint64_t stamp = rules_stamp();
  if (stamp == read_stamp_) return;
  read_stamp_ = stamp;
  rules_.clear();
  std::ifstream file(stamp != 0 ? std::getenv("P11FAULT_RULES") : "/dev/null");
  for (std::string line; std::getline(file, line) && rules_.size() < kMaxRules;) {
    if (!line.empty() && line.front() != '#') rules_.push_back(parse_rule(line));
  }
  // Another process, or a former image of this one, may have begun to use these very rules.
  if (counters_.get(Counters::kStampRow) == stamp) return;
  counters_.set(Counters::kStampRow, stamp);
  for (std::size_t i = 0; i < kMaxRules; ++i) counters_.set(Counters::kFirstRuleRow + i, 0);
}

}  // namespace signet::fault
