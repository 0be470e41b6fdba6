#include "pkcs11/weak_rsa.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/x509.h>

#include "proto/openssl_handles.h"

namespace signet::pkcs11 {
namespace {

constexpr BN_ULONG kUsualExponent = 65537;

Unexpected<Error> weak(std::string message) {
  return Unexpected(Error{.code = ErrorCode::bad_input, .message = std::move(message)});
}

/// Primes of RSALib are powers of 65537 modulo each of these, and so are their products. Of all residues that holds for
/// few enough, in all seventeen cases together, that chance does not make such a modulus (some 2^-27 of them).
constexpr std::array<BN_ULONG, 17> kMarks{11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157};

bool is_power_of_65537(BN_ULONG residue, BN_ULONG modulus) {
  BN_ULONG power = 1;
  for (BN_ULONG exponent = 0; exponent < modulus; ++exponent) {
    if (power == residue) return true;
    power = power * kUsualExponent % modulus;
  }
  return false;
}

bool is_of_rsalib(const BIGNUM* modulus) {
  return std::ranges::all_of(kMarks,
                             [&](BN_ULONG mark) { return is_power_of_65537(BN_mod_word(modulus, mark), mark); });
}

using Number = std::unique_ptr<BIGNUM, FreeWith<BN_free>>;

Number number_of(const EVP_PKEY* key, const char* name) {
  BIGNUM* value = nullptr;
  if (EVP_PKEY_get_bn_param(key, name, &value) != 1) return nullptr;
  return Number(value);
}

}  // namespace

Result<void> check_rsa_strength(const PublicKey& key) {
  if (key.type() != KeyType::rsa) return {};
  const unsigned char* position = octets(key.spki());
  const EvpKey rsa(d2i_PUBKEY(nullptr, &position, static_cast<long>(key.spki().size())));
  const Number modulus = rsa ? number_of(rsa.get(), OSSL_PKEY_PARAM_RSA_N) : nullptr;
  const Number exponent = rsa ? number_of(rsa.get(), OSSL_PKEY_PARAM_RSA_E) : nullptr;
  if (!modulus || !exponent) {
    ERR_clear_error();
    return Unexpected(make_error(ErrorCode::internal, "EVP_PKEY_get_bn_param"));
  }
  if (BN_num_bits(exponent.get()) <= 16)
    return weak("its public exponent is below 65537, which makes RSA weak; have a new key made with 65537");
  if (is_of_rsalib(modulus.get()))
    return weak(
        "it was made by a faulty library of Infineon (ROCA, CVE-2017-15361), and whoever has its public half can "
        "find the private one; revoke it and have a new key made");
  return {};
}

}  // namespace signet::pkcs11
