#pragma once

#include <optional>

#include "pkcs11/cryptoki.h"
#include "proto/algorithm.h"
#include "proto/bytes.h"

// Where modules disagree about how an attribute looks. Pure; any thread.
namespace signet::pkcs11 {

/// The key type behind CKA_EC_PARAMS: an OID (RFC 5480 section 2.1.1.1, RFC 8410 section 3, and the private one Thales
/// Luna uses for Ed25519), or a PrintableString with the curve's name, as SoftHSM writes "edwards25519". Nothing for
/// any other curve.
std::optional<KeyType> key_type_of_ec_params(BytesView ec_params);

/// The octets of a public point from CKA_EC_POINT, which holds them as a DER OCTET STRING (PKCS#11 2.40 section 2.3.3)
/// or, from some modules, as they are. Nothing where the length fits neither for this type of key.
std::optional<Bytes> ec_point_octets(KeyType type, BytesView ec_point);

/// What OpenSSL and the standard want in CKA_EC_PARAMS for a key we create: the DER OID, or for Ed25519 the
/// PrintableString that SoftHSM insists on. Empty for RSA.
Bytes ec_params_of(KeyType type);

/// r‖s of full width from what CKM_ECDSA gave: two halves of equal length, which may be shorter than the field
/// (PKCS#11 2.40 section 2.3.1: "at most 2nLen octets"). Nothing for an odd, empty or too long one.
std::optional<Bytes> ecdsa_octets(BytesView signature, std::size_t field_bytes);

}  // namespace signet::pkcs11
