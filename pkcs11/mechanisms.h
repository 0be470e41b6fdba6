#pragma once

#include <optional>
#include <set>
#include <vector>

#include "pkcs11/after_call.h"
#include "pkcs11/provider/signing_key.h"
#include "pkcs11/session.h"
#include "proto/algorithm.h"

// How each kind of signature is asked of a token. Messages are hashed by us wherever the token lets us (SoftHSM 2.6.1,
// for one, has no ECDSA mechanism with a hash of its own); a token that lists only mechanisms with a hash gets them
// whole.
namespace signet::pkcs11 {

using provider::Scheme;
using provider::SignatureKind;
using provider::SigningInput;

/// A mechanism of C_SignInit, and what C_Sign then wants.
struct TokenMechanism {
  CK_MECHANISM_TYPE type;
  SigningInput input;

  friend bool operator==(const TokenMechanism&, const TokenMechanism&) = default;
};

/// The mechanism for a kind of signature among those a token lists: the one over a digest of ours, else the one that
/// hashes; for Ed25519 CKM_EDDSA, which takes the message. Nothing where neither is listed. Pure.
std::optional<TokenMechanism> choose_mechanism(SignatureKind kind, const std::set<CK_MECHANISM_TYPE>& listed);

/// "CKM_ECDSA or CKM_ECDSA_SHA256": what a token would have to list for a key of this type to sign at all. Pure.
std::string wanted_mechanisms(KeyType type);

/// One C_SignInit: the mechanism with its parameters. Pointers lead into the object itself, so it is neither copied nor
/// moved.
class SignMechanism {
 public:
  SignMechanism(CK_MECHANISM_TYPE type, SignatureKind kind);
  SignMechanism(const SignMechanism&) = delete;
  SignMechanism& operator=(const SignMechanism&) = delete;

  CK_MECHANISM* get() { return &mechanism_; }

 private:
  CK_RSA_PKCS_PSS_PARAMS pss_{};
  CK_MECHANISM mechanism_{};
};

/// What C_Sign gets for a digest or a message: a digest for CKM_RSA_PKCS stands in a DigestInfo (RFC 8017 section 9.2);
/// all else goes as it is. Pure.
Bytes sign_input(TokenMechanism mechanism, Hash hash, BytesView input);

/// The mechanisms a slot lists with CKF_SIGN. Blocks in the module.
CallResult<std::set<CK_MECHANISM_TYPE>> signing_mechanisms(
    const CK_FUNCTION_LIST& functions, CK_SLOT_ID slot, const AfterCall& after_call = [] {});

/// The algorithms that a key of this type and these mechanisms can serve. Pure.
std::vector<Algorithm> usable_algorithms(KeyType type, const std::set<CK_MECHANISM_TYPE>& mechanisms);

/// C_SignInit and C_Sign of a digest or message, as the mechanism wants it. Blocks in the module.
CallResult<Bytes> sign_on_token(const Session& session, CK_OBJECT_HANDLE key, TokenMechanism mechanism,
                                SignatureKind kind, BytesView input);

}  // namespace signet::pkcs11
