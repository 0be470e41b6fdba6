// A private key's file on its way into a token: PEM or DER, plain or encrypted.
#include <openssl/err.h>
#include <openssl/x509.h>

#include "pkcs11/private_key.h"
#include "proto/openssl_handles.h"
#include "tests/fuzz/check_input.h"
#include "tests/fuzz/expect.h"
#include "tests/fuzz/public_key_promises.h"

namespace signet::fuzz {
namespace {

Result<host::Secret> passphrase() {
  constexpr std::string_view kPassphrase = "passphrase";
  auto secret = host::Secret::allocate(kPassphrase.size());
  if (!secret) return secret;
  secret->resize(kPassphrase.size());
  std::ranges::copy(bytes_of(kPassphrase), secret->bytes().begin());
  return secret;
}

bool same_key(const pkcs11::PrivateKey& one, const pkcs11::PrivateKey& other) {
  return one.public_key().spki() == other.public_key().spki();
}

}  // namespace

void check_input(BytesView input) {
  if (input.size() > 65536) return;  // nobody reads more from a file
  const auto key = pkcs11::PrivateKey::from_file(input, passphrase);
  expect(ERR_peek_error() == 0, "no error of OpenSSL is left for somebody else to find");
  if (!key) {
    expect(!key.error().message.empty(), "a refusal says why");
    return;
  }
  check_public_key(key->public_key());
  const auto der = key->pkcs8();
  expect(der.has_value(), "what was read can be wrapped");
  const auto again = pkcs11::PrivateKey::from_file(der->bytes(), passphrase);
  expect(again.has_value() && same_key(*key, *again), "and is read back as the same key");
}

}  // namespace signet::fuzz
