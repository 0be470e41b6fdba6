#include "pkcs11/quirks.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace signet::pkcs11 {
namespace {

using namespace std::string_view_literals;

struct Curve {
  KeyType type;
  std::string_view der;  ///< CKA_EC_PARAMS
};

// For each type the form we write ourselves stands first.
constexpr std::array kCurves{
    Curve{KeyType::ec_p256, "\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07"sv},
    Curve{KeyType::ec_p384, "\x06\x05\x2b\x81\x04\x00\x22"sv},
    Curve{KeyType::ec_p521, "\x06\x05\x2b\x81\x04\x00\x23"sv},
    Curve{KeyType::ed25519,
          "\x13\x0c"
          "edwards25519"sv},
    Curve{KeyType::ed25519, "\x06\x03\x2b\x65\x70"sv},
    Curve{KeyType::ed25519, "\x06\x09\x2b\x06\x01\x04\x01\xda\x47\x0f\x01"sv},
    Curve{KeyType::ec_p256,
          "\x13\x09"
          "secp256r1"sv},
    Curve{KeyType::ec_p256,
          "\x13\x0a"
          "prime256v1"sv},
    Curve{KeyType::ec_p384,
          "\x13\x09"
          "secp384r1"sv},
    Curve{KeyType::ec_p521,
          "\x13\x09"
          "secp521r1"sv},
};

std::size_t point_bytes(KeyType type) {
  switch (type) {
    case KeyType::ec_p256:
      return 65;
    case KeyType::ec_p384:
      return 97;
    case KeyType::ec_p521:
      return 133;
    case KeyType::ed25519:
      return 32;
    case KeyType::rsa:
      break;
  }
  return 0;
}

constexpr std::byte kOctetString{0x04};
constexpr std::byte kLongFormOneOctet{0x81};

// The content of a DER OCTET STRING of exactly `length` octets (under 256) that fills the whole view.
std::optional<Bytes> octet_string_content(BytesView der, std::size_t length) {
  const bool long_form = length > 127;
  const std::size_t header = long_form ? 3 : 2;
  if (der.size() != header + length || der[0] != kOctetString) return std::nullopt;
  if (long_form && der[1] != kLongFormOneOctet) return std::nullopt;
  if (std::to_integer<std::size_t>(der[header - 1]) != length) return std::nullopt;
  return to_bytes(der.subspan(header));
}

}  // namespace

std::optional<KeyType> key_type_of_ec_params(BytesView ec_params) {
  const auto* found = std::ranges::find(kCurves, text_of(ec_params), &Curve::der);
  if (found == kCurves.end()) return std::nullopt;
  return found->type;
}

// Told apart by length, because a raw point and an OCTET STRING both begin with 04.
std::optional<Bytes> ec_point_octets(KeyType type, BytesView ec_point) {
  const std::size_t length = point_bytes(type);
  if (length == 0) return std::nullopt;
  if (ec_point.size() == length) return to_bytes(ec_point);
  return octet_string_content(ec_point, length);
}

Bytes ec_params_of(KeyType type) {
  const auto* found = std::ranges::find(kCurves, type, &Curve::type);
  return found == kCurves.end() ? Bytes{} : to_bytes(found->der);
}

std::optional<Bytes> ecdsa_octets(BytesView signature, std::size_t field_bytes) {
  const std::size_t half = signature.size() / 2;
  if (signature.size() % 2 != 0 || half == 0 || half > field_bytes) return std::nullopt;
  Bytes fixed(2 * field_bytes);
  std::ranges::copy(signature.first(half), fixed.begin() + static_cast<std::ptrdiff_t>(field_bytes - half));
  std::ranges::copy(signature.last(half), fixed.end() - static_cast<std::ptrdiff_t>(half));
  return fixed;
}

}  // namespace signet::pkcs11
