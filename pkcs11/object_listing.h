#pragma once

#include <set>
#include <vector>

#include "pkcs11/objects.h"
#include "pkcs11/token_key.h"

namespace signet::pkcs11 {

/// One pass over the token's private and public keys and its certificates: every private key with its certificates
/// (key_certificates.h) and its public half, where the token shows one (public object or certificate with the same
/// CKA_ID, or label where the id is empty; CKA_PUBLIC_KEY_INFO; the numbers of an RSA key). A key for which several
/// different ones could be meant is unusable. An object that another process removes meanwhile has the pass made once
/// more. Needs a login. Blocks in the module, in two and more calls
/// for each object; one thread per session.
CallResult<std::vector<TokenKey>> list_keys(
    const Session& session, const std::set<CK_MECHANISM_TYPE>& mechanisms, const AfterCall& after_call = [] {});

}  // namespace signet::pkcs11
