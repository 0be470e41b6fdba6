#pragma once

#include <string>

#include "tests/support/test_token.h"

namespace signet::test {

/// Where the distribution has SoftHSM; overridden by $SOFTHSM2_MODULE.
std::string softhsm_module();

/// A SoftHSM store with one token.
class SoftHsm final : public TestToken {
 public:
  explicit SoftHsm(std::string label = "signet-test", std::string pin = "4711-Sesame");

  TokenAbilities abilities() const override;
  const std::string& so_pin() const { return so_pin_; }
  std::string configuration_file() const { return directory().file("softhsm2.conf"); }
  std::string token_directory() const { return directory().file("tokens"); }

 private:
  std::string so_pin_ = "so-4711-Sesame";
};

}  // namespace signet::test
