#pragma once

#include <string>

#include "host/file_descriptor.h"
#include "proto/result.h"

namespace signet::pkcs11 {

/// Several signet-token that serve one token share its state-dir, and with it the record of login attempts. They log in
/// one after the other: the second must know what became of the first one's try before it makes its own, or a wrong PIN
/// would be tried as often as there are services. SoftHSM also answers CKR_GENERAL_ERROR to a right PIN where two
/// processes log in at one moment.
class LoginTurn {
 public:
  /// Waits until no other process has the turn; it ends with the object, and with the process however that ends. Blocks
  /// as long as another login takes: the caller's own time limit stands. Error io_failure: then there must be no login.
  static Result<LoginTurn> wait(const std::string& state_dir);

 private:
  explicit LoginTurn(host::FileDescriptor lock) : lock_(std::move(lock)) {}
  host::FileDescriptor lock_;
};

}  // namespace signet::pkcs11
