#include "tests/fuzz/public_key_promises.h"

#include "tests/fuzz/expect.h"

namespace signet::fuzz {
namespace {

int least_bits(KeyType type) {
  switch (type) {
    case KeyType::ec_p256:
      return 256;
    case KeyType::ec_p384:
      return 384;
    case KeyType::ec_p521:
      return 521;
    case KeyType::ed25519:
      return 255;
    case KeyType::rsa:
      break;
  }
  return 2048;
}

}  // namespace

void check_public_key(const PublicKey& key) {
  expect(key.bits() >= least_bits(key.type()), "no key is shorter than its type demands");
  expect(key.spki_sha256() == sha256(key.spki()), "the pin is the hash of the SPKI");
  const auto again = PublicKey::from_spki(key.spki());
  expect(again.has_value() && again->spki() == key.spki(), "a key's SPKI is the same after another reading");
  const auto from_pem = PublicKey::from_pem(key.pem());
  expect(from_pem.has_value() && from_pem->spki() == key.spki(), "to PEM and back");
  expect(key.jwk() == again->jwk() && key.thumbprint() == again->thumbprint(), "equal keys have equal JWKs");
  for (const AlgorithmInfo& info : all_algorithms()) {
    expect(key.fits(info.algorithm) == (info.key_type == key.type()), "one type of key per algorithm");
    expect(!key.verify(info.algorithm, bytes_of("message"), bytes_of("no signature")),
           "twelve octets are no signature");
  }
}

}  // namespace signet::fuzz
