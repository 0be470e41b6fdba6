#include "proto/sha256.h"

#include <new>

#include <openssl/evp.h>

#include "proto/openssl_digest.h"

namespace signet {
namespace {

void digest_into(const EVP_MD* digest, BytesView bytes, unsigned char* out) {
  if (EVP_Digest(bytes.data(), bytes.size(), out, nullptr, digest, nullptr) != 1) throw std::bad_alloc();
}

}  // namespace

Sha256Digest sha256(BytesView bytes) {
  Sha256Digest result{};
  digest_into(openssl_digest(Hash::sha256), bytes, writable_octets(result));
  return result;
}

Bytes hash_message(Hash hash, BytesView message) {
  const EVP_MD* digest = openssl_digest(hash);
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
