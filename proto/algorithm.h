#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

// The JOSE signature algorithms we know (RFC 7518 section 3, RFC 8037 section 3.1, RFC 9864 section 2.2). `none` and
// the HMAC algorithms are absent on purpose: nothing here can name them.
namespace signet {

enum class Algorithm { es256, es384, es512, rs256, rs384, rs512, ps256, ps384, ps512, eddsa, ed25519 };
enum class KeyType { ec_p256, ec_p384, ec_p521, rsa, ed25519 };
enum class Hash { none, sha256, sha384, sha512 };  ///< `none`: the algorithm signs the message itself (Ed25519)

struct AlgorithmInfo {
  Algorithm algorithm;
  std::string_view name;  ///< the `alg` header value
  KeyType key_type;
  Hash hash;
  std::size_t signature_bytes;  ///< length of the JOSE signature; 0 for RSA, where it is the modulus' length
};

/// Every row of the table. Any thread.
std::span<const AlgorithmInfo> all_algorithms();
const AlgorithmInfo& algorithm_info(Algorithm algorithm);
inline std::string_view jose_name(Algorithm algorithm) { return algorithm_info(algorithm).name; }
/// Nothing for an unknown name, `none` and `HS256` among them. Names are case-sensitive (RFC 7515 section 4.1.1).
std::optional<Algorithm> algorithm_from_name(std::string_view name);
/// The same signatures under the same or another name: EdDSA and Ed25519 are one (RFC 9864 section 2.2). Any thread.
bool is_same_algorithm(Algorithm one, Algorithm other);
/// The algorithm a key of this type signs with when nobody names one: ES256, ES384, ES512, RS256, EdDSA.
Algorithm default_algorithm(KeyType type);
/// "EC P-256", "RSA", "Ed25519": for people.
std::string_view key_type_name(KeyType type);

}  // namespace signet
