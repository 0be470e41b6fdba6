#include "proto/algorithm.h"

#include <algorithm>
#include <array>

namespace signet {
namespace {

constexpr auto kAlgorithms = std::to_array<AlgorithmInfo>({
    {Algorithm::es256, "ES256", KeyType::ec_p256, Hash::sha256, 64},
    {Algorithm::es384, "ES384", KeyType::ec_p384, Hash::sha384, 96},
    {Algorithm::es512, "ES512", KeyType::ec_p521, Hash::sha512, 132},
    {Algorithm::rs256, "RS256", KeyType::rsa, Hash::sha256, 0},
    {Algorithm::rs384, "RS384", KeyType::rsa, Hash::sha384, 0},
    {Algorithm::rs512, "RS512", KeyType::rsa, Hash::sha512, 0},
    {Algorithm::ps256, "PS256", KeyType::rsa, Hash::sha256, 0},
    {Algorithm::ps384, "PS384", KeyType::rsa, Hash::sha384, 0},
    {Algorithm::ps512, "PS512", KeyType::rsa, Hash::sha512, 0},
    {Algorithm::eddsa, "EdDSA", KeyType::ed25519, Hash::none, 64},
    {Algorithm::ed25519, "Ed25519", KeyType::ed25519, Hash::none, 64},
});

constexpr bool rows_follow_the_enumeration() {
  for (std::size_t i = 0; i < kAlgorithms.size(); ++i) {
    if (static_cast<std::size_t>(kAlgorithms[i].algorithm) != i) return false;
  }
  return kAlgorithms.size() == static_cast<std::size_t>(Algorithm::ed25519) + 1;
}
static_assert(rows_follow_the_enumeration());

}  // namespace

std::span<const AlgorithmInfo> all_algorithms() { return kAlgorithms; }

const AlgorithmInfo& algorithm_info(Algorithm algorithm) { return kAlgorithms.at(static_cast<std::size_t>(algorithm)); }

std::optional<Algorithm> algorithm_from_name(std::string_view name) {
  const auto row = std::ranges::find(kAlgorithms, name, &AlgorithmInfo::name);
  if (row == kAlgorithms.end()) return std::nullopt;
  return row->algorithm;
}

bool is_same_algorithm(Algorithm one, Algorithm other) {
  // Pure Ed25519 is all that either name means with an Ed25519 key.
  return one == other ||
         (algorithm_info(one).key_type == KeyType::ed25519 && algorithm_info(other).key_type == KeyType::ed25519);
}

Algorithm default_algorithm(KeyType type) {
  // The table lists each key type's default first.
  return std::ranges::find(kAlgorithms, type, &AlgorithmInfo::key_type)->algorithm;
}

std::string_view key_type_name(KeyType type) {
  switch (type) {
    case KeyType::ec_p256:
      return "EC P-256";
    case KeyType::ec_p384:
      return "EC P-384";
    case KeyType::ec_p521:
      return "EC P-521";
    case KeyType::rsa:
      return "RSA";
    case KeyType::ed25519:
      return "Ed25519";
  }
  return "unknown";
}

}  // namespace signet
