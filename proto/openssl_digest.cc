#include "proto/openssl_digest.h"

#include <new>

#include "proto/openssl_handles.h"

namespace signet {
namespace {

EvpDigest fetch(const char* name) {
  EvpDigest digest(EVP_MD_fetch(nullptr, name, nullptr));
  if (!digest) throw std::bad_alloc();
  return digest;
}

}  // namespace

const EVP_MD* openssl_digest(Hash hash) {
  static const EvpDigest sha256_digest = fetch("SHA2-256");
  static const EvpDigest sha384_digest = fetch("SHA2-384");
  static const EvpDigest sha512_digest = fetch("SHA2-512");
  switch (hash) {
    case Hash::sha256:
      return sha256_digest.get();
    case Hash::sha384:
      return sha384_digest.get();
    case Hash::sha512:
      return sha512_digest.get();
    case Hash::none:
      break;
  }
  return nullptr;
}

bool openssl_has_digests() noexcept {
  try {
    return openssl_digest(Hash::sha256) != nullptr;
  } catch (const std::bad_alloc&) {
    return false;
  }
}

}  // namespace signet
