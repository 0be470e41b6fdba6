#pragma once

#include "tests/support/test_token.h"

namespace signet::test {

/// NSS's softokn as Firefox and others use it: an SQLite key database, named to the module in pReserved.
class NssDatabase final : public TestToken {
 public:
  NssDatabase();

  TokenAbilities abilities() const override;
};

}  // namespace signet::test
