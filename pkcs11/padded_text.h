#pragma once

#include <cstddef>
#include <string>

#include "pkcs11/cryptoki.h"

namespace signet::pkcs11 {

/// The text of a blank-padded field of CK_INFO, CK_SLOT_INFO or CK_TOKEN_INFO, without the padding. Any thread.
template <std::size_t N>
std::string padded_text(const CK_UTF8CHAR (&field)[N]) {
  std::string text(reinterpret_cast<const char*>(field), N);
  text.resize(text.find_last_not_of(std::string_view(" \0", 2)) + 1);
  return text;
}

}  // namespace signet::pkcs11
