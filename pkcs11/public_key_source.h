#pragma once

#include <optional>
#include <span>

#include "pkcs11/objects.h"
#include "proto/public_key.h"
#include "proto/x509_certificate.h"

// Where the public half of a token's key may be read. Pure; any thread.
namespace signet::pkcs11 {

/// The attributes of a public key object, or of a certificate, that the functions below want.
std::span<const CK_ATTRIBUTE_TYPE> public_key_attributes();
std::span<const CK_ATTRIBUTE_TYPE> certificate_attributes();

/// From a CKO_PUBLIC_KEY object: modulus and exponent, or parameters and point. Also fits an RSA private key, which
/// shows both numbers.
std::optional<PublicKey> public_key_of_object(const Attributes& attributes);
/// From a CKO_CERTIFICATE object's CKA_VALUE. Error bad_input as X509Certificate::from_der, and for other types of
/// certificate.
Result<X509Certificate> certificate_of_object(const Attributes& attributes);
/// From CKA_PUBLIC_KEY_INFO of any key object, which many modules leave empty.
std::optional<PublicKey> public_key_of_info(const Attributes& attributes);

}  // namespace signet::pkcs11
