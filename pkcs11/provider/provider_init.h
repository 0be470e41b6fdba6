#pragma once

#include <openssl/core.h>

namespace signet::provider {

/// OSSL_provider_init of the provider "signet" (provider-base(7)), for OSSL_PROVIDER_add_builtin.
int init_provider(const OSSL_CORE_HANDLE* handle, const OSSL_DISPATCH* core_functions, const OSSL_DISPATCH** functions,
                  void** context);

}  // namespace signet::provider
