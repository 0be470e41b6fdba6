#include "proto/ssh_public_key.h"

#include "proto/base64.h"
#include "proto/base64url.h"

namespace signet {
namespace {

/// RFC 4251 section 5: a string is its length in four octets, and the octets.
void append_string(Bytes& blob, BytesView octets) {
  for (int shift = 24; shift >= 0; shift -= 8) blob.push_back(static_cast<std::byte>(octets.size() >> shift));
  blob.insert(blob.end(), octets.begin(), octets.end());
}

/// RFC 4251 section 5: an mpint is two's complement, so a number whose first bit is set gets a zero before it.
void append_number(Bytes& blob, Bytes number) {
  if (!number.empty() && (number.front() & std::byte{0x80}) != std::byte{}) number.insert(number.begin(), std::byte{});
  append_string(blob, number);
}

Bytes member(const JwkMembers& jwk, const char* name) {
  const auto found = jwk.find(name);
  auto octets = found == jwk.end() ? Result<Bytes>(Bytes()) : base64url_decode(found->second);
  return octets ? std::move(*octets) : Bytes();
}

std::string_view curve_name(KeyType type) {
  if (type == KeyType::ec_p256) return "nistp256";
  return type == KeyType::ec_p384 ? "nistp384" : "nistp521";
}

Bytes uncompressed_point(const JwkMembers& jwk) {
  Bytes point{std::byte{0x04}};
  for (const char* name : {"x", "y"}) {
    const Bytes half = member(jwk, name);
    point.insert(point.end(), half.begin(), half.end());
  }
  return point;
}

std::string algorithm_name(KeyType type) {
  if (type == KeyType::rsa) return "ssh-rsa";
  if (type == KeyType::ed25519) return "ssh-ed25519";
  return "ecdsa-sha2-" + std::string(curve_name(type));
}

Bytes blob_of(const PublicKey& key) {
  const JwkMembers jwk = key.jwk();
  Bytes blob;
  append_string(blob, bytes_of(algorithm_name(key.type())));
  if (key.type() == KeyType::rsa) {
    append_number(blob, member(jwk, "e"));
    append_number(blob, member(jwk, "n"));
  } else if (key.type() == KeyType::ed25519) {
    append_string(blob, member(jwk, "x"));
  } else {
    append_string(blob, bytes_of(curve_name(key.type())));
    append_string(blob, uncompressed_point(jwk));
  }
  return blob;
}

}  // namespace

std::string ssh_public_key(const PublicKey& key, std::string_view comment) {
  std::string line = algorithm_name(key.type()) + ' ' + base64_encode(blob_of(key));
  if (!comment.empty()) line.append(" ").append(comment);
  return line;
}

}  // namespace signet
