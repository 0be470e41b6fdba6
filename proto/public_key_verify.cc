#include <openssl/rsa.h>

#include "proto/openssl_digest.h"
#include "proto/public_key_state.h"

namespace signet {
namespace {

constexpr const char* kDoesNotVerify = "the signature does not verify";

bool is_pss(Algorithm algorithm) {
  return algorithm == Algorithm::ps256 || algorithm == Algorithm::ps384 || algorithm == Algorithm::ps512;
}

// RFC 7518 section 3.5: MGF1 with the same hash, a salt as long as the hash.
bool set_rsa_padding(EVP_PKEY_CTX* context, Algorithm algorithm, const EVP_MD* digest) {
  if (!is_pss(algorithm)) return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1;
  return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
         EVP_PKEY_CTX_set_rsa_mgf1_md(context, digest) == 1 &&
         EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1;
}

bool verifies_hash(EVP_PKEY* key, Algorithm algorithm, BytesView digest, BytesView signature) {
  const AlgorithmInfo& info = algorithm_info(algorithm);
  const EVP_MD* hash = openssl_digest(info.hash);
  const EvpKeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
  if (!context || EVP_PKEY_verify_init(context.get()) != 1) return false;
  if (info.key_type == KeyType::rsa && !set_rsa_padding(context.get(), algorithm, hash)) return false;
  if (EVP_PKEY_CTX_set_signature_md(context.get(), hash) != 1) return false;
  return EVP_PKEY_verify(context.get(), octets(signature), signature.size(), octets(digest), digest.size()) == 1;
}

bool verifies_message(EVP_PKEY* key, BytesView message, BytesView signature) {
  const EvpDigestContext context(EVP_MD_CTX_new());
  return context && EVP_DigestVerifyInit_ex(context.get(), nullptr, nullptr, nullptr, nullptr, key, nullptr) == 1 &&
         EVP_DigestVerify(context.get(), octets(signature), signature.size(), octets(message), message.size()) == 1;
}

}  // namespace

Result<void> PublicKey::verify(Algorithm algorithm, BytesView message, BytesView signature) const {
  return verify_digest(algorithm, hash_message(algorithm_info(algorithm).hash, message), signature);
}

Result<void> PublicKey::verify_digest(Algorithm algorithm, BytesView digest, BytesView signature) const {
  if (!fits(algorithm)) return refuse_key("a key of this type does not serve the algorithm");
  const std::size_t fixed_bytes = algorithm_info(algorithm).signature_bytes;
  const std::size_t modulus_bytes = static_cast<std::size_t>(bits() + 7) / 8;
  if (signature.size() != (fixed_bytes == 0 ? modulus_bytes : fixed_bytes)) {
    return refuse_key("the signature has the wrong length for its algorithm");
  }
  EVP_PKEY* key = state_->key.get();
  if (type() == KeyType::ed25519) {
    if (!verifies_message(key, digest, signature)) return refuse_key(kDoesNotVerify);
    return {};
  }
  if (ec_curve(type()) == nullptr) {
    if (!verifies_hash(key, algorithm, digest, signature)) return refuse_key(kDoesNotVerify);
    return {};
  }
  SIGNET_TRY_ASSIGN(const Bytes der, ecdsa_raw_to_der(signature));
  if (!verifies_hash(key, algorithm, digest, der)) return refuse_key(kDoesNotVerify);
  return {};
}

}  // namespace signet
