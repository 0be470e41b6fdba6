#include "pkcs11/key_algorithms.h"

#include <fmt/format.h>

namespace signet::pkcs11 {

Served<void> KeyAlgorithms::claim(const Sha256Digest& key, Algorithm algorithm) {
  const std::scoped_lock lock(mutex_);
  const auto [entry, is_first] = first_.emplace(key, algorithm);
  if (is_first || is_same_algorithm(entry->second, algorithm)) return {};
  return Unexpected(Refusal{
      RefusalReason::key_refused,
      fmt::format(
          "the key signs with {} already, and one algorithm per key is the rule; give every key file of this key "
          "the same `alg`, then restart signet-token",
          jose_name(entry->second))});
}

std::optional<Algorithm> KeyAlgorithms::find(const Sha256Digest& key) const {
  const std::scoped_lock lock(mutex_);
  const auto found = first_.find(key);
  if (found == first_.end()) return std::nullopt;
  return found->second;
}

}  // namespace signet::pkcs11
