#include "pkcs11/provider/digest_sign.h"

#include <array>

#include <openssl/err.h>
#include <openssl/rsa.h>

#include "proto/openssl_digest.h"
#include "proto/openssl_handles.h"

namespace signet::provider {
namespace {

/// Longer than RSA 16384 signs.
constexpr std::size_t kSignatureBufferBytes = 2048;

const char* digest_name(Hash hash) { return hash == Hash::none ? nullptr : EVP_MD_get0_name(openssl_digest(hash)); }

bool set_padding(EVP_PKEY_CTX* parameters, Scheme scheme) {
  return scheme != Scheme::rsa_pss || (EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) == 1 &&
                                       EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_DIGEST) == 1);
}

Result<Bytes> jose_form(Algorithm algorithm, BytesView signature) {
  if (kind_of(algorithm).scheme != Scheme::ecdsa) return to_bytes(signature);
  return ecdsa_der_to_raw(signature, algorithm_info(algorithm).signature_bytes / 2);
}

}  // namespace

bool begin_digest_sign(EVP_MD_CTX* signing, const LibraryContext& context, EVP_PKEY* key, SignatureKind kind) {
  EVP_PKEY_CTX* parameters = nullptr;
  return EVP_DigestSignInit_ex(signing, &parameters, digest_name(kind.hash), context.handle(), kProperties, key,
                               nullptr) == 1 &&
         set_padding(parameters, kind.scheme);
}

Result<Bytes> sign_jose(const LibraryContext& context, EVP_PKEY* key, Algorithm algorithm, BytesView message) {
  ERR_clear_error();
  const EvpDigestContext signing(EVP_MD_CTX_new());
  std::array<std::byte, kSignatureBufferBytes> buffer;
  std::size_t length = buffer.size();
  if (!signing || !begin_digest_sign(signing.get(), context, key, kind_of(algorithm)) ||
      EVP_DigestSign(signing.get(), writable_octets(buffer), &length, octets(message), message.size()) != 1) {
    return Unexpected(make_error(ErrorCode::internal, drain_errors()));
  }
  return jose_form(algorithm, BytesView(buffer).first(length));
}

}  // namespace signet::provider
