#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <openssl/core_names.h>

#include "proto/base64.h"
#include "proto/base64url.h"
#include "proto/public_key_state.h"

// The forms in which a public key is shown: pin, PEM, JWK, thumbprint.
namespace signet {
namespace {

constexpr std::size_t kPemLineCharacters = 64;  // RFC 7468 section 2

JwkMembers ec_members(const EVP_PKEY* key, const EcCurve& curve) {
  return {{"kty", "EC"},
          {"crv", std::string(curve.jose_name)},
          {"x", base64url_encode(key_number(key, OSSL_PKEY_PARAM_EC_PUB_X, curve.field_bytes()))},
          {"y", base64url_encode(key_number(key, OSSL_PKEY_PARAM_EC_PUB_Y, curve.field_bytes()))}};
}

JwkMembers rsa_members(const EVP_PKEY* key) {
  return {{"kty", "RSA"},
          {"n", base64url_encode(key_number(key, OSSL_PKEY_PARAM_RSA_N, 0))},
          {"e", base64url_encode(key_number(key, OSSL_PKEY_PARAM_RSA_E, 0))}};
}

}  // namespace

KeyType PublicKey::type() const { return state_->type; }
int PublicKey::bits() const { return state_->bits; }
bool PublicKey::fits(Algorithm algorithm) const { return algorithm_info(algorithm).key_type == state_->type; }
const Bytes& PublicKey::spki() const { return state_->spki; }
const Sha256Digest& PublicKey::spki_sha256() const { return state_->spki_sha256; }
std::string PublicKey::pin() const { return "sha256:" + hex(state_->spki_sha256); }

std::string PublicKey::pem() const {
  std::string pem = "-----BEGIN PUBLIC KEY-----\n";
  const std::string body = base64_encode(state_->spki);
  for (std::size_t start = 0; start < body.size(); start += kPemLineCharacters) {
    pem += body.substr(start, kPemLineCharacters) + '\n';
  }
  return pem + "-----END PUBLIC KEY-----\n";
}

JwkMembers PublicKey::jwk() const {
  const EVP_PKEY* key = state_->key.get();
  if (state_->type == KeyType::rsa) return rsa_members(key);
  if (const EcCurve* curve = ec_curve(state_->type)) return ec_members(key, *curve);
  return {{"kty", "OKP"}, {"crv", "Ed25519"}, {"x", base64url_encode(ed25519_octets(key))}};
}

std::string PublicKey::thumbprint() const {
  boost::json::object members;
  for (const auto& [name, value] : jwk()) members.emplace(name, value);
  return base64url_encode(sha256(bytes_of(boost::json::serialize(members))));
}

}  // namespace signet
