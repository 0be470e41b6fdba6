#include "pkcs11/private_key.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/x509.h>

#include "pkcs11/key_decoding.h"
#include "pkcs11/weak_rsa.h"
#include "proto/openssl_handles.h"

namespace signet::pkcs11 {
namespace {

using SecretNumber = std::unique_ptr<BIGNUM, FreeWith<BN_clear_free>>;

Unexpected<Error> openssl_failed(const char* call) {
  ERR_clear_error();
  return Unexpected(make_error(ErrorCode::internal, call));
}

Result<Bytes> spki_of(const EVP_PKEY* key) {
  unsigned char* der = nullptr;
  const int length = i2d_PUBKEY(key, &der);
  if (length <= 0) return openssl_failed("i2d_PUBKEY");
  Bytes bytes = to_bytes(std::as_bytes(std::span(der, static_cast<std::size_t>(length))));
  OPENSSL_free(der);
  return bytes;
}

// A file may name another public key than the private one has (both SEC 1 and PKCS#8 carry one): found here, before the
// token is touched.
Result<void> check_pair(EVP_PKEY* key) {
  const EvpKeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
  if (context && EVP_PKEY_pairwise_check(context.get()) == 1) return {};
  ERR_clear_error();
  return Unexpected(
      Error{.code = ErrorCode::bad_input,
            .message = "the private and the public key in the file do not belong together; get the file anew"});
}

Result<SecretNumber> number(const EVP_PKEY* key, const char* name) {
  BIGNUM* value = nullptr;
  if (EVP_PKEY_get_bn_param(key, name, &value) != 1) return openssl_failed(name);
  return SecretNumber(value);
}

Result<host::Secret> octets_of(const BIGNUM& value, std::size_t width) {
  SIGNET_TRY_ASSIGN(auto secret, host::Secret::allocate(width));
  secret.resize(width);
  auto* out = reinterpret_cast<unsigned char*>(secret.bytes().data());
  if (BN_bn2binpad(&value, out, static_cast<int>(width)) < 0) return openssl_failed("BN_bn2binpad");
  return secret;
}

Result<host::Secret> ed25519_seed(const EVP_PKEY* key) {
  std::size_t length = 32;
  SIGNET_TRY_ASSIGN(auto secret, host::Secret::allocate(length));
  secret.resize(length);
  auto* out = reinterpret_cast<unsigned char*>(secret.bytes().data());
  if (EVP_PKEY_get_raw_private_key(key, out, &length) != 1) return openssl_failed("EVP_PKEY_get_raw_private_key");
  return secret;
}

const char* parameter_name(PrivateKey::RsaNumber which) {
  switch (which) {
    case PrivateKey::RsaNumber::private_exponent:
      return OSSL_PKEY_PARAM_RSA_D;
    case PrivateKey::RsaNumber::prime_1:
      return OSSL_PKEY_PARAM_RSA_FACTOR1;
    case PrivateKey::RsaNumber::prime_2:
      return OSSL_PKEY_PARAM_RSA_FACTOR2;
    case PrivateKey::RsaNumber::exponent_1:
      return OSSL_PKEY_PARAM_RSA_EXPONENT1;
    case PrivateKey::RsaNumber::exponent_2:
      return OSSL_PKEY_PARAM_RSA_EXPONENT2;
    case PrivateKey::RsaNumber::coefficient:
      break;
  }
  return OSSL_PKEY_PARAM_RSA_COEFFICIENT1;
}

}  // namespace

void PrivateKey::FreeKey::operator()(evp_pkey_st* key) const { EVP_PKEY_free(key); }

PrivateKey::PrivateKey(Handle key, PublicKey public_key) : key_(std::move(key)), public_key_(std::move(public_key)) {}
PrivateKey::PrivateKey(PrivateKey&& other) noexcept = default;
PrivateKey& PrivateKey::operator=(PrivateKey&& other) noexcept = default;
PrivateKey::~PrivateKey() = default;

Result<PrivateKey> PrivateKey::from_file(BytesView file, const AskPassphrase& ask) {
  SIGNET_TRY_ASSIGN(EvpKey key, decode_key(file, ask));
  SIGNET_TRY_ASSIGN(const Bytes spki, spki_of(key.get()));
  SIGNET_TRY_ASSIGN(PublicKey public_key, PublicKey::from_spki(spki));
  SIGNET_TRY(check_rsa_strength(public_key));
  SIGNET_TRY(check_pair(key.get()));
  return PrivateKey(Handle(key.release()), std::move(public_key));
}

Result<host::Secret> PrivateKey::pkcs8() const {
  const Pkcs8 info(EVP_PKEY2PKCS8(key_.get()));
  if (!info) return openssl_failed("EVP_PKEY2PKCS8");
  const int length = i2d_PKCS8_PRIV_KEY_INFO(info.get(), nullptr);
  if (length <= 0) return openssl_failed("i2d_PKCS8_PRIV_KEY_INFO");
  SIGNET_TRY_ASSIGN(auto der, host::Secret::allocate(static_cast<std::size_t>(length)));
  der.resize(static_cast<std::size_t>(length));
  auto* out = reinterpret_cast<unsigned char*>(der.bytes().data());
  i2d_PKCS8_PRIV_KEY_INFO(info.get(), &out);
  return der;
}

Result<host::Secret> PrivateKey::scalar() const {
  if (public_key_.type() == KeyType::ed25519) return ed25519_seed(key_.get());
  SIGNET_TRY_ASSIGN(const auto value, number(key_.get(), OSSL_PKEY_PARAM_PRIV_KEY));
  return octets_of(*value, static_cast<std::size_t>(public_key_.bits() + 7) / 8);
}

Result<host::Secret> PrivateKey::rsa_number(RsaNumber which) const {
  SIGNET_TRY_ASSIGN(const auto value, number(key_.get(), parameter_name(which)));
  return octets_of(*value, static_cast<std::size_t>(BN_num_bytes(value.get())));
}

}  // namespace signet::pkcs11
