// CKA_EC_PARAMS, held against OpenSSL's reader of object identifiers.
#include <algorithm>
#include <memory>
#include <optional>

#include <openssl/asn1.h>
#include <openssl/err.h>
#include <openssl/objects.h>

#include "pkcs11/quirks.h"
#include "tests/fuzz/check_input.h"
#include "tests/fuzz/expect.h"

namespace signet::fuzz {
namespace {

struct FreeObject {
  void operator()(ASN1_OBJECT* object) const { ASN1_OBJECT_free(object); }
};
using Object = std::unique_ptr<ASN1_OBJECT, FreeObject>;

bool is_encoding_of(const ASN1_OBJECT* object, BytesView der) {
  const int length = i2d_ASN1_OBJECT(object, nullptr);
  if (length < 0 || static_cast<std::size_t>(length) != der.size()) return false;
  Bytes encoded(der.size());
  unsigned char* position = writable_octets(encoded);
  i2d_ASN1_OBJECT(object, &position);
  return std::ranges::equal(encoded, der);
}

/// The key type behind one DER object identifier, as far as OpenSSL has a name for it.
std::optional<KeyType> by_openssl(BytesView der) {
  const unsigned char* position = octets(der);
  const Object object(d2i_ASN1_OBJECT(nullptr, &position, static_cast<long>(der.size())));
  ERR_clear_error();
  if (!object || !is_encoding_of(object.get(), der)) return std::nullopt;
  switch (OBJ_obj2nid(object.get())) {
    case NID_X9_62_prime256v1:
      return KeyType::ec_p256;
    case NID_secp384r1:
      return KeyType::ec_p384;
    case NID_secp521r1:
      return KeyType::ec_p521;
    case NID_ED25519:
      return KeyType::ed25519;
    default:
      return std::nullopt;
  }
}

}  // namespace

void check_input(BytesView input) {
  const auto type = pkcs11::key_type_of_ec_params(input);
  const auto reference = by_openssl(input);
  if (reference) expect(type == reference, "a curve that OpenSSL knows by its identifier");
  if (!type) return;
  expect(*type != KeyType::rsa, "curve parameters mean no RSA key");
  expect(pkcs11::key_type_of_ec_params(pkcs11::ec_params_of(*type)) == type, "what we write ourselves we read back");
}

}  // namespace signet::fuzz
