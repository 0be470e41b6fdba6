#include "pkcs11/quirks.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "proto/public_key.h"

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
constexpr std::byte kSequence{0x30};
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

std::optional<Bytes> from_der(BytesView signature, std::size_t field_bytes) {
  auto raw = ecdsa_der_to_raw(signature, field_bytes);
  return raw ? std::optional(std::move(*raw)) : std::nullopt;
}

// The number right-aligned in a field; false where more than zeros would be lost.
bool put_number(BytesView number, std::span<std::byte> field) {
  const std::size_t surplus = number.size() > field.size() ? number.size() - field.size() : 0;
  if (std::ranges::count(number.first(surplus), std::byte{0}) != static_cast<std::ptrdiff_t>(surplus)) return false;
  const BytesView kept = number.subspan(surplus);
  std::ranges::copy(kept, field.last(kept.size()).begin());
  return true;
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
  if (signature.size() > 2 * field_bytes && signature.front() == kSequence) return from_der(signature, field_bytes);
  const std::size_t half = signature.size() / 2;
  if (signature.size() % 2 != 0 || half == 0) return std::nullopt;
  Bytes fixed(2 * field_bytes);
  const std::span<std::byte> out(fixed);
  const bool fits = put_number(signature.first(half), out.first(field_bytes)) &&
                    put_number(signature.last(half), out.last(field_bytes));
  return fits ? std::optional(std::move(fixed)) : std::nullopt;
}

std::optional<Bytes> filled_octets(BytesView buffer, CK_ULONG reported) {
  if (reported > buffer.size()) return std::nullopt;
  return to_bytes(buffer.first(reported));
}

std::size_t session_limit(CK_ULONG max_sessions, std::size_t wanted) {
  constexpr CK_ULONG kUnavailable = CK_UNAVAILABLE_INFORMATION;
  const bool unlimited =
      max_sessions == CK_EFFECTIVELY_INFINITE || max_sessions == kUnavailable || max_sessions == kUnavailable - 1;
  return unlimited ? wanted : std::min<std::size_t>(wanted, max_sessions);
}

}  // namespace signet::pkcs11
