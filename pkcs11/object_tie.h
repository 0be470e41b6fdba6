#pragma once

#include <string>
#include <string_view>

#include "proto/bytes.h"

namespace signet::pkcs11 {

/// What ties the objects of one key to each other: CKA_ID (PKCS#11 2.40 section 4.7), and the label alone where the id
/// is empty, as on tokens filled by hand. Any thread.
inline std::string tie_name(BytesView id, std::string_view label) {
  return id.empty() ? "label:" + std::string(label) : "id:" + std::string(text_of(id));
}

/// Why a key is not used that has several ties of one kind.
inline constexpr const char* kSeveralPublicKeys =
    "several public keys on the token have this key's id, so that nobody can say which is its own; remove the others";

}  // namespace signet::pkcs11
