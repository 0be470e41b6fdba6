// SubjectPublicKeyInfo: of key files, of the link, and of CKA_PUBLIC_KEY_INFO. Held against OpenSSL's own reader.
#include <memory>

#include <openssl/err.h>
#include <openssl/x509.h>

#include "pkcs11/public_key_source.h"
#include "tests/fuzz/check_input.h"
#include "tests/fuzz/expect.h"
#include "tests/fuzz/public_key_promises.h"

namespace signet::fuzz {
namespace {

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using Key = std::unique_ptr<EVP_PKEY, FreeKey>;

Key by_openssl(BytesView der) {
  const unsigned char* position = octets(der);
  Key key(d2i_PUBKEY(nullptr, &position, static_cast<long>(der.size())));
  ERR_clear_error();
  return key;
}

}  // namespace

void check_input(BytesView input) {
  const auto key = PublicKey::from_spki(input);
  expect(ERR_peek_error() == 0, "no error of OpenSSL is left for somebody else to find");
  pkcs11::Attributes attributes;
  attributes.set(CKA_PUBLIC_KEY_INFO, to_bytes(input));
  const auto of_token = pkcs11::public_key_of_info(attributes);
  expect(of_token.has_value() == key.has_value(), "a token's SPKI is read like any other");
  if (!key) return;
  check_public_key(*key);
  const Key original = by_openssl(input);
  const Key ours = by_openssl(key->spki());
  expect(EVP_PKEY_eq(original.get(), ours.get()) == 1, "our SPKI is of the same key to OpenSSL");
  expect(EVP_PKEY_get_bits(original.get()) == key->bits() || key->type() == KeyType::ed25519, "the same length");
}

}  // namespace signet::fuzz
