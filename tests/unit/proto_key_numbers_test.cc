#include <memory>

#include <openssl/bn.h>

#include "proto/base64url.h"
#include "proto/openssl_handles.h"
#include "proto/public_key.h"
#include "tests/support/catch.h"
#include "tests/support/matchers.h"
#include "tests/unit/proto_rfc_vectors.h"

using namespace signet;
using namespace signet::testing;

namespace {

// (2^one - 1) * (2^other - 1): of two Mersenne primes the numbers of an RSA key.
Bytes mersenne(int one, int other) {
  const BigNumber left(BN_new());
  const BigNumber right(BN_new());
  const std::unique_ptr<BN_CTX, FreeWith<BN_CTX_free>> context(BN_CTX_new());
  BN_set_bit(left.get(), one);
  BN_sub_word(left.get(), 1);
  BN_set_bit(right.get(), other);
  BN_sub_word(right.get(), 1);
  BN_mul(left.get(), left.get(), right.get(), context.get());
  Bytes octets_of_product(static_cast<std::size_t>(BN_num_bytes(left.get())));
  BN_bn2bin(left.get(), writable_octets(octets_of_product));
  return octets_of_product;
}

}  // namespace

TEST_CASE("RSA and Ed25519 numbers of the wrong size are refused") {
  REQUIRE_ERROR(PublicKey::from_ed25519(Bytes(31)), ErrorCode::bad_input);
  REQUIRE_ERROR(PublicKey::from_ed25519(Bytes(33)), ErrorCode::bad_input);
  const JwkMembers jwk = signature_vector("rfc7515.json A.2").jwk;
  const Bytes modulus = *base64url_decode(jwk.at("n"));
  const Bytes exponent = *base64url_decode(jwk.at("e"));
  REQUIRE_ERROR(PublicKey::from_rsa({}, exponent), ErrorCode::bad_input);
  REQUIRE_ERROR(PublicKey::from_rsa(modulus, {}), ErrorCode::bad_input);
  REQUIRE_ERROR(PublicKey::from_rsa(modulus, Bytes{std::byte{1}}), ErrorCode::bad_input);
  REQUIRE_ERROR(PublicKey::from_rsa(BytesView(modulus).first(255), exponent), ErrorCode::bad_input);
  REQUIRE_ERROR(PublicKey::from_rsa(Bytes(3000, std::byte{0xff}), exponent), ErrorCode::bad_input);
  Bytes with_zero{std::byte{0}};
  with_zero.insert(with_zero.end(), modulus.begin(), modulus.end());
  CHECK(PublicKey::from_rsa(with_zero, exponent)->jwk() == jwk);
}

TEST_CASE("what is no product of two large primes is no RSA modulus, and never by chance") {
  const Bytes exponent{std::byte{1}, std::byte{0}, std::byte{1}};
  for (int i = 0; i < 20; ++i) {
    CHECK_FALSE(PublicKey::from_rsa(mersenne(2203, 1), exponent));     // a prime
    CHECK_FALSE(PublicKey::from_rsa(mersenne(1279, 1279), exponent));  // its square
    CHECK_FALSE(PublicKey::from_rsa(mersenne(2203, 2), exponent));     // three times a prime
    CHECK_FALSE(PublicKey::from_rsa(mersenne(2203, 2048), exponent));  // of many small factors
    REQUIRE_OK(PublicKey::from_rsa(mersenne(2203, 1279), exponent));
  }
  CHECK_FALSE(PublicKey::from_rsa(mersenne(2203, 1279), mersenne(2203, 1279)));
  CHECK_FALSE(PublicKey::from_rsa(mersenne(2203, 1279), Bytes{std::byte{2}}));
}
