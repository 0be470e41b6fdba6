#include "pkcs11/key_algorithms.h"

#include <fmt/format.h>

namespace signet::pkcs11 {

Served<void> KeyAlgorithms::claim(const Sha256Digest& spki_sha256, Algorithm algorithm) {
  const std::scoped_lock lock(mutex_);
  const auto [entry, is_first] = first_.emplace(spki_sha256, algorithm);
  if (is_first || is_same_algorithm(entry->second, algorithm)) return {};
  return Unexpected(Refusal{
      RefusalReason::key_refused,
      fmt::format(
          "the key signs with {} already, and one algorithm per key is the rule; give every key file of this key "
          "the same `alg`, then restart signet-token",
          jose_name(entry->second))});
}

std::optional<Algorithm> KeyAlgorithms::find(const Sha256Digest& spki_sha256) const {
  const std::scoped_lock lock(mutex_);
  const auto found = first_.find(spki_sha256);
  if (found == first_.end()) return std::nullopt;
  return found->second;
}

}  // namespace signet::pkcs11
