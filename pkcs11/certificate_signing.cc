#include "pkcs11/certificate_signing.h"

#include <algorithm>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "pkcs11/provider/digest_sign.h"

namespace signet::pkcs11 {
namespace {

Unexpected<Error> bad_key(std::string message) {
  return Unexpected(Error{.code = ErrorCode::bad_input, .message = std::move(message)});
}

Result<void> sign_on_loan(const CertificateKey& key, const std::function<bool(EVP_MD_CTX*)>& sign) {
  ERR_clear_error();
  SessionLoan loan(*key.key.evp, key.session, key.key.handle);
  const EvpDigestContext signing(EVP_MD_CTX_new());
  const TokenEvpKey& evp = *key.key.evp;
  const auto kind = provider::kind_of(certificate_algorithm(*key.key.type, key.padding));
  if (signing && provider::begin_digest_sign(signing.get(), evp.context(), evp.get(), kind) && sign(signing.get()))
    return {};
  if (!loan.failure()) return openssl_failure("the signature cannot be made");
  ERR_clear_error();
  return Unexpected(token_error(*loan.failure(), "the token did not sign"));
}

}  // namespace

Unexpected<Error> openssl_failure(const char* what) {
  return Unexpected(Error{.code = ErrorCode::internal, .message = what, .detail = provider::drain_errors()});
}

Algorithm certificate_algorithm(KeyType type, RsaPadding padding) {
  return type == KeyType::rsa && padding == RsaPadding::pss ? Algorithm::ps256 : default_algorithm(type);
}

Result<void> check_certificate_key(const TokenKey& key, RsaPadding padding) {
  if (!key.unusable.empty()) return bad_key(key.unusable);
  if (!key.public_key) {
    return bad_key(
        "the token shows no public half for this key, which a certificate is made of; put the public key object or a "
        "certificate with the same CKA_ID into the token");
  }
  if (padding == RsaPadding::pss && key.type != KeyType::rsa)
    return bad_key("only RSA keys sign with PSS; leave --pss out");
  const Algorithm algorithm = certificate_algorithm(*key.type, padding);
  if (std::ranges::count(key.algorithms, algorithm)) return {};
  return bad_key("the token has no mechanism for the signature of a certificate (" + std::string(jose_name(algorithm)) +
                 ")");
}

Result<EvpKey> public_evp_key(const PublicKey& key) {
  const Bytes& spki = key.spki();
  const unsigned char* position = octets(spki);
  EvpKey made(d2i_PUBKEY(nullptr, &position, static_cast<long>(spki.size())));
  if (!made) return openssl_failure("the public key cannot be read");
  return made;
}

Result<void> sign_and_verify(const CertificateKey& key, const std::function<bool(EVP_MD_CTX*)>& sign,
                             const std::function<bool(EVP_PKEY*)>& verify) {
  SIGNET_TRY_ASSIGN(const EvpKey verifier, public_evp_key(*key.key.public_key));
  SIGNET_TRY(sign_on_loan(key, sign));
  if (verify(verifier.get())) return {};
  return Unexpected(Error{.code = ErrorCode::token_failure,
                          .message = "what the token signed does not verify with the key's public half; nothing was "
                                     "given out: check the token",
                          .detail = provider::drain_errors()});
}

Result<X509Name> x509_name(const std::vector<NameAttribute>& name) {
  ERR_clear_error();
  X509Name made(X509_NAME_new());
  for (const auto& [type, value] : name) {
    const auto* text = reinterpret_cast<const unsigned char*>(value.data());
    if (made && X509_NAME_add_entry_by_txt(made.get(), type.c_str(), MBSTRING_UTF8, text,
                                           static_cast<int>(value.size()), -1, 0) == 1) {
      continue;
    }
    ERR_clear_error();
    return Unexpected(
        Error{.code = ErrorCode::bad_input,
              .message = "the subject's " + type + " is too long, too short, or has characters that it cannot have"});
  }
  return made;
}

X509Extension x509_extension(int nid, const std::string& value, X509* certificate) {
  X509V3_CTX context{};
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  return X509Extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
}

std::string subject_alt_names(const std::vector<std::string>& dns_names) {
  std::string text;
  for (const auto& name : dns_names) text += (text.empty() ? "DNS:" : ",DNS:") + name;
  return text;
}

Result<std::string> pem_text(const std::function<bool(BIO*)>& write) {
  const Bio memory(BIO_new(BIO_s_mem()));
  if (!memory || !write(memory.get())) return openssl_failure("the PEM text cannot be written");
  std::string text(static_cast<std::size_t>(BIO_pending(memory.get())), '\0');
  BIO_read(memory.get(), text.data(), static_cast<int>(text.size()));
  return text;
}

}  // namespace signet::pkcs11
