#include "tests/support/fault_control.h"

#include <filesystem>
#include <fstream>

namespace signet::test {

FaultControl::FaultControl(const TestToken& token, const std::vector<std::string>& rules)
    : real_module_(token.module()),
      rules_file_(token.directory().file("fault-rules")),
      counts_file_(token.directory().file("fault-counts")) {
  set_rules(rules);
}

std::string FaultControl::module() { return SIGNET_FAULT_MODULE; }

std::map<std::string, std::string> FaultControl::environment(const std::string& character) const {
  return {{"P11FAULT_MODULE", real_module_},
          {"P11FAULT_RULES", rules_file_},
          {"P11FAULT_COUNTS", counts_file_},
          {"P11FAULT_CHARACTER", character}};
}

void FaultControl::set_rules(const std::vector<std::string>& rules) const {
  const std::string fresh = rules_file_ + ".new";
  std::ofstream file(fresh);
  for (const std::string& rule : rules) file << rule << "\n";
  file.close();
  std::filesystem::rename(fresh, rules_file_);
}

long FaultControl::count(const std::string& function) const {
  std::ifstream file(counts_file_);
  for (std::string name; file >> name;) {
    long count = 0;
    file >> count;
    if (name == function) return count;
  }
  return 0;
}

}  // namespace signet::test
