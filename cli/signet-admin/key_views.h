#pragma once

#include <string>
#include <vector>

#include <boost/json/fwd.hpp>

#include "pkcs11/key_import.h"
#include "pkcs11/token_key.h"

// Keys of a token for people and for scripts. Pure; any thread.
namespace signet::admin {

/// What the token answered when it was asked for the key's value.
std::string value_answer(CK_RV rv);

std::string view_keys(const std::vector<pkcs11::TokenKey>& keys, bool colour);
std::string view_key(const pkcs11::TokenKey& key, const std::string& value_answer, bool colour);
/// label, id, uri, type, bits, alg, sensitive … local, usable, reason, public_key (the pin), thumbprint; null where not
/// known.
boost::json::object json_of(const pkcs11::TokenKey& key);

}  // namespace signet::admin
