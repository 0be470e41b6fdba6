#include "pkcs11/key_wrap.h"

#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "proto/openssl_handles.h"

namespace signet::pkcs11 {
namespace {

using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, FreeWith<EVP_CIPHER_CTX_free>>;
using Cipher = std::unique_ptr<EVP_CIPHER, FreeWith<EVP_CIPHER_free>>;

constexpr std::size_t kBlockBytes = 8;

Unexpected<Error> openssl_failed(const char* call) {
  ERR_clear_error();
  return Unexpected(make_error(ErrorCode::internal, call));
}

unsigned char* writable(std::span<std::byte> bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

bool use_oaep(EVP_PKEY_CTX* context) {
  return EVP_PKEY_encrypt_init(context) == 1 && EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) == 1 &&
         EVP_PKEY_CTX_set_rsa_oaep_md(context, EVP_sha256()) == 1 &&
         EVP_PKEY_CTX_set_rsa_mgf1_md(context, EVP_sha256()) == 1;
}

Result<Bytes> oaep_encrypt(const PublicKey& key, const host::Secret& secret) {
  const unsigned char* position = octets(key.spki());
  const EvpKey handle(d2i_PUBKEY(nullptr, &position, static_cast<long>(key.spki().size())));
  const EvpKeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, handle.get(), nullptr));
  if (!context || !use_oaep(context.get())) return openssl_failed("EVP_PKEY_encrypt_init");
  std::size_t length = static_cast<std::size_t>(key.bits() + 7) / 8;
  Bytes sealed(length);
  if (EVP_PKEY_encrypt(context.get(), writable(sealed), &length, octets(secret.bytes()), secret.bytes().size()) != 1) {
    return openssl_failed("EVP_PKEY_encrypt");
  }
  sealed.resize(length);
  return sealed;
}

}  // namespace

Result<host::Secret> make_wrapping_key() {
  SIGNET_TRY_ASSIGN(auto key, host::Secret::allocate(kWrappingKeyBytes));
  key.resize(kWrappingKeyBytes);
  if (RAND_priv_bytes(writable(key.bytes()), static_cast<int>(kWrappingKeyBytes)) != 1)
    return openssl_failed("RAND_priv_bytes");
  return key;
}

Result<Bytes> aes_wrap_pad(const host::Secret& wrapping_key, BytesView plain) {
  const CipherContext context(EVP_CIPHER_CTX_new());
  const Cipher cipher(EVP_CIPHER_fetch(nullptr, "AES-256-WRAP-PAD", nullptr));
  if (!context || !cipher || wrapping_key.bytes().size() != kWrappingKeyBytes)
    return openssl_failed("AES-256-WRAP-PAD");
  EVP_CIPHER_CTX_set_flags(context.get(), EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
  Bytes wrapped(plain.size() + 2 * kBlockBytes);
  int length = 0;
  int rest = 0;
  if (EVP_EncryptInit_ex2(context.get(), cipher.get(), octets(wrapping_key.bytes()), nullptr, nullptr) != 1 ||
      EVP_EncryptUpdate(context.get(), writable(wrapped), &length, octets(plain), static_cast<int>(plain.size())) !=
          1 ||
      EVP_EncryptFinal_ex(context.get(), writable(wrapped) + length, &rest) != 1) {
    return openssl_failed("EVP_EncryptUpdate");
  }
  wrapped.resize(static_cast<std::size_t>(length + rest));
  return wrapped;
}

Result<Bytes> rsa_aes_wrap(const PublicKey& wrapping_key, BytesView plain) {
  SIGNET_TRY_ASSIGN(const auto aes_key, make_wrapping_key());
  SIGNET_TRY_ASSIGN(auto sealed, oaep_encrypt(wrapping_key, aes_key));
  SIGNET_TRY_ASSIGN(const auto wrapped, aes_wrap_pad(aes_key, plain));
  sealed.insert(sealed.end(), wrapped.begin(), wrapped.end());
  return sealed;
}

}  // namespace signet::pkcs11
