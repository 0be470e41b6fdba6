#include "proto/sha256.h"

#include <memory>
#include <new>

#include <openssl/evp.h>

namespace signet {
namespace {

struct FreeDigest {
  void operator()(EVP_MD* digest) const { EVP_MD_free(digest); }
};
using Digest = std::unique_ptr<EVP_MD, FreeDigest>;

Digest fetch(const char* name) {
  Digest digest(EVP_MD_fetch(nullptr, name, nullptr));
  // Only a process without memory or with a broken OpenSSL configuration gets here.
  if (!digest) throw std::bad_alloc();
  return digest;
}

// Fetched once: a fetch per digest costs as much as hashing a signing input.
const EVP_MD* digest_of(Hash hash) {
  static const Digest sha256_digest = fetch("SHA2-256");
  static const Digest sha384_digest = fetch("SHA2-384");
  static const Digest sha512_digest = fetch("SHA2-512");
  switch (hash) {
    case Hash::sha256: return sha256_digest.get();
    case Hash::sha384: return sha384_digest.get();
    case Hash::sha512: return sha512_digest.get();
    case Hash::none: break;
  }
  return nullptr;
}

void digest_into(const EVP_MD* digest, BytesView bytes, unsigned char* out) {
  if (EVP_Digest(bytes.data(), bytes.size(), out, nullptr, digest, nullptr) != 1) throw std::bad_alloc();
}

}  // namespace

Sha256Digest sha256(BytesView bytes) {
  Sha256Digest result{};
  digest_into(digest_of(Hash::sha256), bytes, writable_octets(result));
  return result;
}

Bytes hash_message(Hash hash, BytesView message) {
  const EVP_MD* digest = digest_of(hash);
  if (digest == nullptr) return to_bytes(message);
  Bytes result(static_cast<std::size_t>(EVP_MD_get_size(digest)));
  digest_into(digest, message, writable_octets(result));
  return result;
}

std::string hex(BytesView bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const std::byte byte : bytes) {
    text += digits[std::to_integer<std::size_t>(byte >> 4)];
    text += digits[std::to_integer<std::size_t>(byte & std::byte{0x0f})];
  }
  return text;
}

}  // namespace signet
