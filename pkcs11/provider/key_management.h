#pragma once

#include <memory>

#include "pkcs11/provider/key_parts.h"
#include "pkcs11/provider/provider_errors.h"

namespace signet::provider {

/// libcrypto's key data. Empty between OSSL_FUNC_KEYMGMT_NEW and _IMPORT.
struct KeySlot {
  const Core* core;
  std::shared_ptr<const KeyParts> parts{};
};

/// Key management of EC, RSA and Ed25519: ends with an empty entry.
const OSSL_ALGORITHM* key_management_algorithms();

}  // namespace signet::provider
