#pragma once

#include <openssl/core.h>

namespace signet::provider {

/// One entry of a table of functions for libcrypto. `Type` is the function's OSSL_FUNC_…_fn, so that the compiler
/// compares what the table itself forgets.
template <class Type>
OSSL_DISPATCH entry(int id, Type* function) {
  return {id, reinterpret_cast<void (*)()>(function)};
}

}  // namespace signet::provider
