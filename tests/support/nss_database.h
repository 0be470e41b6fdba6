#pragma once

#include "tests/support/test_token.h"

namespace signet::test {

/// NSS's softokn as Firefox and others use it: an SQLite key database, named to the module in pReserved.
class NssDatabase : public TestToken {
 public:
  NssDatabase() : NssDatabase(Password::set) {}

  TokenAbilities abilities() const override;

 protected:
  enum class Password { set, empty };
  explicit NssDatabase(Password password);
};

/// The same with an empty password: a token that wants no login, and would take no PIN.
class NssWithoutPassword final : public NssDatabase {
 public:
  NssWithoutPassword() : NssDatabase(Password::empty) {}
};

}  // namespace signet::test
