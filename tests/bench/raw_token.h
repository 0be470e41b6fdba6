#pragma once

#include <memory>
#include <string>

#include "pkcs11/module.h"
#include "pkcs11/objects.h"
#include "proto/public_key.h"
#include "proto/result.h"

// The raw side of every comparison: a token opened by nothing but Cryptoki calls. One thread; all block in the module.
namespace signet::bench {

/// Which token: the module's path and the token's label.
struct TokenName {
  std::string module;
  std::string token;
};

/// A CallResult as the Result that this folder's functions give.
template <class T>
Result<T> named(pkcs11::CallResult<T> result) {
  if (result) {
    if constexpr (std::is_void_v<T>) {
      return {};
    } else {
      return std::move(*result);
    }
  }
  return Unexpected(pkcs11::token_error(result.error(), pkcs11::to_string(result.error())));
}

/// Error bad_input.
Unexpected<Error> refuse(std::string message);

/// C_GetSlotList and C_GetTokenInfo. Error bad_input where no token has the label.
Result<CK_SLOT_ID> find_slot(const CK_FUNCTION_LIST& functions, std::string label);

struct RawToken {
  std::unique_ptr<pkcs11::Module> module;
  CK_SLOT_ID slot = 0;
  pkcs11::Session session;  ///< logged in
};
/// Errors: as the module gives them.
Result<RawToken> open_raw_token(const TokenName& name, pkcs11::SessionMode mode, BytesView pin);

/// The one object of this class and label. Error bad_input where there is not exactly one.
Result<CK_OBJECT_HANDLE> find_key(const pkcs11::Session& session, CK_OBJECT_CLASS object_class, std::string label);
/// Of the P-256 public key object with this label.
Result<PublicKey> read_public_key(const pkcs11::Session& session, const std::string& label);

}  // namespace signet::bench
