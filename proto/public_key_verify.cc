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

// The digest's name goes into an RSA signature; ECDSA does without, and saves the tenth of its time that setting it
// takes.
bool set_rsa_scheme(EVP_PKEY_CTX* context, Algorithm algorithm) {
  const EVP_MD* digest = openssl_digest(algorithm_info(algorithm).hash);
  return set_rsa_padding(context, algorithm, digest) && EVP_PKEY_CTX_set_signature_md(context, digest) == 1;
}

bool verifies_digest(EVP_PKEY* key, Algorithm algorithm, BytesView digest, BytesView signature) {
  const EvpKeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
  if (!context || EVP_PKEY_verify_init(context.get()) != 1) return false;
  if (algorithm_info(algorithm).key_type == KeyType::rsa && !set_rsa_scheme(context.get(), algorithm)) return false;
  return EVP_PKEY_verify(context.get(), octets(signature), signature.size(), octets(digest), digest.size()) == 1;
}

bool verifies_message(EVP_PKEY* key, BytesView message, BytesView signature) {
  const EvpDigestContext context(EVP_MD_CTX_new());
  return context && EVP_DigestVerifyInit_ex(context.get(), nullptr, nullptr, nullptr, nullptr, key, nullptr) == 1 &&
         EVP_DigestVerify(context.get(), octets(signature), signature.size(), octets(message), message.size()) == 1;
}

std::size_t expected_signature_bytes(const AlgorithmInfo& info, int modulus_bits) {
  return info.signature_bytes != 0 ? info.signature_bytes : static_cast<std::size_t>(modulus_bits + 7) / 8;
}

bool has_digest_length(Hash hash, BytesView digest) {
  const EVP_MD* md = openssl_digest(hash);
  return md == nullptr || digest.size() == static_cast<std::size_t>(EVP_MD_get_size(md));
}

}  // namespace

Result<void> PublicKey::verify(Algorithm algorithm, BytesView message, BytesView signature) const {
  return verify_digest(algorithm, hash_message(algorithm_info(algorithm).hash, message), signature);
}

Result<void> PublicKey::verify_digest(Algorithm algorithm, BytesView digest, BytesView signature) const {
  if (!fits(algorithm)) return refuse_key("a key of this type does not serve the algorithm");
  const AlgorithmInfo& info = algorithm_info(algorithm);
  if (signature.size() != expected_signature_bytes(info, bits())) {
    return refuse_key("the signature has the wrong length for its algorithm");
  }
  if (!has_digest_length(info.hash, digest)) return refuse_key("the digest has the wrong length for its algorithm");
  EVP_PKEY* key = state_->key.get();
  bool verified = false;
  if (type() == KeyType::ed25519) {
    verified = verifies_message(key, digest, signature);
  } else if (type() == KeyType::rsa) {
    verified = verifies_digest(key, algorithm, digest, signature);
  } else {
    SIGNET_TRY_ASSIGN(const Bytes der, ecdsa_raw_to_der(signature));
    verified = verifies_digest(key, algorithm, digest, der);
  }
  if (!verified) return refuse_key(kDoesNotVerify);
  return {};
}

}  // namespace signet
