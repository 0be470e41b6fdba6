#include "proto/public_key_state.h"

// The partial check of an RSA public key (NIST SP 800-89 section 5.3.3): both numbers odd, no small factor, and a
// modulus that is neither a prime nor the power of one.
namespace signet {
namespace {

/// Odd numbers up to it are tried as factors (SP 800-89 section 5.3.3: the primes up to 751).
constexpr BN_ULONG kLargestFactor = 751;

bool has_small_factor(const BIGNUM* number) {
  for (BN_ULONG factor = 3; factor <= kLargestFactor; factor += 2) {
    if (BN_mod_word(number, factor) == 0) return true;
  }
  return false;
}

// By Fermat's little theorem p divides 2^n - 2 where n is a power of the odd prime p: 2^p leaves 2 when divided by p.
// For the product of two large primes the two numbers have no factor in common, but in a case that does not happen: the
// order of 2 modulo one prime, about as large as that prime, would have to divide the other prime less one.
bool is_prime_power(const BIGNUM* n) {
  const std::unique_ptr<BN_CTX, FreeWith<BN_CTX_free>> context(BN_CTX_new());
  const BigNumber two(BN_new());
  const BigNumber power(BN_new());
  const BigNumber common(BN_new());
  const bool computed = context && two && power && common && BN_set_word(two.get(), 2) == 1 &&
                        BN_mod_exp(power.get(), two.get(), n, n, context.get()) == 1 &&
                        BN_mod_sub(power.get(), power.get(), two.get(), n, context.get()) == 1 &&
                        BN_gcd(common.get(), power.get(), n, context.get()) == 1;
  return !computed || BN_is_one(common.get()) != 1;
}

}  // namespace

bool are_rsa_numbers(const BIGNUM* modulus, const BIGNUM* exponent) {
  if (BN_is_odd(modulus) == 0 || BN_is_odd(exponent) == 0) return false;
  if (BN_is_one(exponent) == 1 || BN_cmp(exponent, modulus) >= 0) return false;
  return !has_small_factor(modulus) && !is_prime_power(modulus);
}

}  // namespace signet
