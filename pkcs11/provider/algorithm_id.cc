#include "pkcs11/provider/algorithm_id.h"

#include <string>
#include <string_view>

namespace signet::provider {
namespace {

using namespace std::string_view_literals;

/// Where a hash stands in the object identifiers that count SHA-256, SHA-384 and SHA-512 in this order.
int place_of(Hash hash) {
  switch (hash) {
    case Hash::sha256:
      return 0;
    case Hash::sha384:
      return 1;
    case Hash::sha512:
      return 2;
    case Hash::none:
      break;
  }
  return -1;
}

std::string octet(int value) { return std::string(1, static_cast<char>(value)); }

std::string sequence(const std::string& content) { return "\x30" + octet(static_cast<int>(content.size())) + content; }

constexpr auto kEcdsaWith = "\x06\x08\x2a\x86\x48\xce\x3d\x04\x03"sv;  // 1.2.840.10045.4.3.x
constexpr auto kPkcs1 = "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01"sv;  // 1.2.840.113549.1.1.x
constexpr auto kSha2 = "\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02"sv;   // 2.16.840.1.101.3.4.2.x
constexpr auto kEd25519 = "\x30\x05\x06\x03\x2b\x65\x70"sv;            // 1.3.101.112
constexpr auto kNull = "\x05\x00"sv;

std::string pss_id(int place) {
  const auto hash = sequence(std::string(kSha2) + octet(1 + place) + std::string(kNull));
  const auto mgf1 = sequence(std::string(kPkcs1) + "\x08" + hash);
  const auto salt = "\x02\x01" + octet(32 + 16 * place);
  const auto tagged = [](char tag, const std::string& value) {
    return std::string(1, tag) + octet(static_cast<int>(value.size())) + value;
  };
  const auto parameters = tagged('\xa0', hash) + tagged('\xa1', mgf1) + tagged('\xa2', salt);
  return sequence(std::string(kPkcs1) + "\x0a" + sequence(parameters));
}

std::string encode(Scheme scheme, int place) {
  switch (scheme) {
    case Scheme::ecdsa:
      return sequence(std::string(kEcdsaWith) + octet(2 + place));
    case Scheme::rsa_pkcs1:
      return sequence(std::string(kPkcs1) + octet(11 + place) + std::string(kNull));
    case Scheme::rsa_pss:
      return pss_id(place);
    case Scheme::ed25519:
      break;
  }
  return {};
}

}  // namespace

Bytes algorithm_id(SignatureKind kind) {
  if (kind.scheme == Scheme::ed25519) return to_bytes(kEd25519);
  const int place = place_of(kind.hash);
  return place < 0 ? Bytes{} : to_bytes(encode(kind.scheme, place));
}

}  // namespace signet::provider
