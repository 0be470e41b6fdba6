// CKA_EC_POINT, held against OpenSSL's reader of OCTET STRINGs. The first octet chooses the type of key.
#include <algorithm>
#include <array>
#include <memory>
#include <optional>

#include <openssl/asn1.h>
#include <openssl/err.h>

#include "pkcs11/quirks.h"
#include "proto/base64url.h"
#include "proto/public_key.h"
#include "tests/fuzz/check_input.h"
#include "tests/fuzz/expect.h"
#include "tests/fuzz/input_reader.h"

namespace signet::fuzz {
namespace {

struct Width {
  KeyType type;
  std::size_t bytes;
};
constexpr std::array kWidths{Width{KeyType::ec_p256, 65}, Width{KeyType::ec_p384, 97}, Width{KeyType::ec_p521, 133},
                             Width{KeyType::ed25519, 32}};

struct FreeOctetString {
  void operator()(ASN1_OCTET_STRING* text) const { ASN1_OCTET_STRING_free(text); }
};

/// The content of exactly one DER OCTET STRING.
std::optional<Bytes> by_openssl(BytesView der) {
  const unsigned char* position = octets(der);
  const std::unique_ptr<ASN1_OCTET_STRING, FreeOctetString> text(
      d2i_ASN1_OCTET_STRING(nullptr, &position, static_cast<long>(der.size())));
  ERR_clear_error();
  if (!text || i2d_ASN1_OCTET_STRING(text.get(), nullptr) != static_cast<int>(der.size())) return std::nullopt;
  Bytes encoded(der.size());
  unsigned char* out = writable_octets(encoded);
  i2d_ASN1_OCTET_STRING(text.get(), &out);
  if (!std::ranges::equal(encoded, der)) return std::nullopt;
  return to_bytes(std::as_bytes(
      std::span(ASN1_STRING_get0_data(text.get()), static_cast<std::size_t>(ASN1_STRING_length(text.get())))));
}

std::optional<Bytes> expected(const Width& width, BytesView ec_point) {
  if (ec_point.size() == width.bytes) return to_bytes(ec_point);
  auto content = by_openssl(ec_point);
  if (content && content->size() != width.bytes) content.reset();
  return content;
}

void check_key(KeyType type, const Bytes& point) {
  const auto key = type == KeyType::ed25519 ? PublicKey::from_ed25519(point) : PublicKey::from_ec_point(type, point);
  if (!key) return;
  expect(key->type() == type, "the key's type is the point's");
  auto jwk = key->jwk();
  std::string numbers = type == KeyType::ed25519 ? "" : "\x04";
  for (const char* member : {"x", "y"}) {
    if (jwk.contains(member)) numbers += text_of(base64url_decode(jwk[member]).value());
  }
  expect(numbers == text_of(point), "the JWK holds the point's own octets");
}

}  // namespace

void check_input(BytesView input) {
  InputReader reader(input);
  const Width& width = reader.pick(kWidths);
  const auto point = pkcs11::ec_point_octets(width.type, reader.rest());
  expect(point == expected(width, reader.rest()),
         "the point's octets as OpenSSL reads them, or raw of the right width");
  expect(!pkcs11::ec_point_octets(KeyType::rsa, reader.rest()), "an RSA key has no point");
  if (point) check_key(width.type, *point);
}

}  // namespace signet::fuzz
