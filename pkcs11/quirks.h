#pragma once

#include <optional>

#include "pkcs11/cryptoki.h"
#include "proto/algorithm.h"
#include "proto/bytes.h"

// Where modules disagree about how a value looks. Every other file sees one form only. Pure; any thread.
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

/// r‖s of full width from what CKM_ECDSA gave, where PKCS#11 wants two halves of equal length (2.40 section 2.3.1, "at
/// most 2nLen octets"). Taken as well, as far as it can be told apart for certain:
///  - halves shorter than the field: they lost leading zeros;
///  - halves longer than the field, where the surplus is zeros;
///  - the DER of X9.62's Ecdsa-Sig-Value, where it is longer than r‖s. It begins with 30, halves with surplus zeros
///  with
///    00. A DER as short as r‖s or shorter would need seven octets of zeros (one in 2^56 for P-256), and is read as
///    halves, whose signature then does not verify.
/// Nothing for anything else.
std::optional<Bytes> ecdsa_octets(BytesView signature, std::size_t field_bytes);

/// What a call filled of our buffer, by the length it reported. Nothing where it reports more than the buffer holds,
/// which CKR_OK forbids: then nobody knows how much of it is meant.
std::optional<Bytes> filled_octets(BytesView buffer, CK_ULONG reported);

/// By how many elements the buffer for C_GetMechanismList has to be longer than the list: p11-kit's client (0.24) reads
/// one too far while it takes out the mechanisms that it hides.
inline constexpr std::size_t kSpareMechanisms = 1;

/// How many sessions a process may ask of a token that reports `max_sessions` (CK_TOKEN_INFO, ulMaxSessionCount), where
/// it would like `wanted`. CK_EFFECTIVELY_INFINITE (0), CK_UNAVAILABLE_INFORMATION (-1) and -2, which some modules
/// report, set no limit.
std::size_t session_limit(CK_ULONG max_sessions, std::size_t wanted);

}  // namespace signet::pkcs11
