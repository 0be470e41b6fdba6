#pragma once

#include <set>
#include <vector>

#include "pkcs11/session.h"
#include "proto/algorithm.h"

// How each JOSE algorithm is asked of a token. Messages are always hashed by us: SoftHSM 2.6.1, for one, has no ECDSA
// mechanism with a hash of its own.
namespace signet::pkcs11 {

/// One C_SignInit: the mechanism with its parameters. Pointers lead into the object itself, so it is neither copied nor
/// moved.
class SignMechanism {
 public:
  explicit SignMechanism(Algorithm algorithm);
  SignMechanism(const SignMechanism&) = delete;
  SignMechanism& operator=(const SignMechanism&) = delete;

  CK_MECHANISM* get() { return &mechanism_; }

 private:
  CK_RSA_PKCS_PSS_PARAMS pss_{};
  CK_MECHANISM mechanism_{};
};

CK_MECHANISM_TYPE mechanism_of(Algorithm algorithm);

/// What C_Sign gets for a digest (RFC 8017 section 9.2 puts it into a DigestInfo for RS*); for Ed25519 the message
/// itself. Pure.
Bytes sign_input(Algorithm algorithm, BytesView digest);

/// The mechanisms a slot lists with CKF_SIGN. Blocks in the module.
CallResult<std::set<CK_MECHANISM_TYPE>> signing_mechanisms(const CK_FUNCTION_LIST& functions, CK_SLOT_ID slot);

/// The algorithms that a key of this type and these mechanisms can serve. Pure.
std::vector<Algorithm> usable_algorithms(KeyType type, const std::set<CK_MECHANISM_TYPE>& mechanisms);

/// C_SignInit and C_Sign. `input` as sign_input gives it. Blocks in the module.
CallResult<Bytes> sign_on_token(const Session& session, CK_OBJECT_HANDLE key, Algorithm algorithm, BytesView input);

}  // namespace signet::pkcs11
