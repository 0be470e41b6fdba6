#include "proto/ecdsa_twin.h"

#include <memory>
#include <new>

#include <openssl/ec.h>
#include <openssl/obj_mac.h>

#include "proto/openssl_handles.h"

namespace signet {
namespace {

using Group = std::unique_ptr<EC_GROUP, FreeWith<EC_GROUP_free>>;

int curve_of(Algorithm algorithm) {
  switch (algorithm_info(algorithm).key_type) {
    case KeyType::ec_p256:
      return NID_X9_62_prime256v1;
    case KeyType::ec_p384:
      return NID_secp384r1;
    case KeyType::ec_p521:
      return NID_secp521r1;
    default:
      return NID_undef;
  }
}

}  // namespace

std::optional<Bytes> ecdsa_twin(BytesView signature, Algorithm algorithm) {
  const int curve = curve_of(algorithm);
  if (curve == NID_undef || signature.size() != algorithm_info(algorithm).signature_bytes) return std::nullopt;
  const auto half = signature.size() / 2;
  const Group group(EC_GROUP_new_by_curve_name(curve));
  const BigNumber s(BN_bin2bn(octets(signature.subspan(half)), static_cast<int>(half), nullptr));
  const BigNumber other(BN_new());
  if (!group || !s || !other) throw std::bad_alloc();
  const BIGNUM* order = EC_GROUP_get0_order(group.get());
  if (BN_is_zero(s.get()) || BN_cmp(s.get(), order) >= 0) return std::nullopt;
  Bytes twin = to_bytes(signature);
  if (BN_sub(other.get(), order, s.get()) != 1 ||
      BN_bn2binpad(other.get(), writable_octets(twin) + half, static_cast<int>(half)) != static_cast<int>(half))
    throw std::bad_alloc();
  return twin;
}

}  // namespace signet
