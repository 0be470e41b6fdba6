#pragma once

#include <array>
#include <memory>
#include <string>

#include <openssl/err.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "pkcs11/provider/digest_sign.h"
#include "proto/openssl_handles.h"
#include "tests/support/matchers.h"
#include "tests/support/provider_subject.h"
#include "tests/support/software_key.h"

// What the provider's tests share: signing by OpenSSL's functions, and OpenSSL's own judgement of it.
namespace signet::provider {

using test::ProviderSubject;
using test::SoftwareKey;

inline constexpr std::array kTypes{KeyType::ec_p256, KeyType::ec_p384, KeyType::ec_p521, KeyType::rsa,
                                   KeyType::ed25519};
inline constexpr std::array kHashingTypes{KeyType::ec_p256, KeyType::ec_p384, KeyType::ec_p521, KeyType::rsa};
inline const std::string kMessage(3000, 'm');

inline std::string backend() { return GENERATE(as<std::string>(), "software", "softhsm"); }

inline const char* digest_name(KeyType type) { return type == KeyType::ed25519 ? nullptr : "SHA256"; }

/// The last thing on the error queue, which is emptied; a failure without one would leave its caller in the dark.
inline std::string why() {
  const unsigned long error = ERR_peek_last_error();
  REQUIRE(error != 0);
  const char* reason = ERR_reason_error_string(error);
  const std::string text = reason != nullptr ? reason : "without a text";
  ERR_clear_error();
  return text;
}

/// Did the provider itself say why, wherever in the queue?
inline bool says(const std::string& text) { return drain_errors().find(text) != std::string::npos; }

inline EvpKey public_evp(const PublicKey& key) {
  const unsigned char* position = octets(key.spki());
  return EvpKey(d2i_PUBKEY(nullptr, &position, static_cast<long>(key.spki().size())));
}

struct Signing {
  EvpDigestContext context{EVP_MD_CTX_new()};
  EVP_PKEY_CTX* parameters = nullptr;

  int init(const ProviderSubject& subject, const char* digest) {
    return EVP_DigestSignInit_ex(context.get(), &parameters, digest, subject.libctx(), kProperties, subject.key(),
                                 nullptr);
  }
  int sign(Bytes& out, BytesView message) {
    out.resize(2048);
    std::size_t length = out.size();
    const int done = EVP_DigestSign(context.get(), writable_octets(out), &length, octets(message), message.size());
    out.resize(length);
    return done;
  }
  int update(BytesView piece) { return EVP_DigestSignUpdate(context.get(), piece.data(), piece.size()); }
  int finish(Bytes& out) {
    out.resize(2048);
    std::size_t length = out.size();
    const int done = EVP_DigestSignFinal(context.get(), writable_octets(out), &length);
    out.resize(length);
    return done;
  }
};

/// OpenSSL's own verification, in the process's own context.
inline bool verifies(const PublicKey& key, const char* digest, BytesView message, BytesView signature,
                     bool pss = false) {
  const EvpKey verifier = public_evp(key);
  const EvpDigestContext context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* parameters = nullptr;
  REQUIRE(EVP_DigestVerifyInit_ex(context.get(), &parameters, digest, nullptr, nullptr, verifier.get(), nullptr) == 1);
  if (pss) {
    REQUIRE(EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) == 1);
    REQUIRE(EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_DIGEST) == 1);
  }
  return EVP_DigestVerify(context.get(), octets(signature), signature.size(), octets(message), message.size()) == 1;
}

/// The signer in this process, to be told how to behave.
struct SoftwareSubject {
  std::shared_ptr<SoftwareKey> signer;
  std::shared_ptr<LibraryContext> context = test::shared_context();
  std::shared_ptr<EVP_PKEY> key{};

  explicit SoftwareSubject(KeyType type) : signer(std::make_shared<SoftwareKey>(type)) {}
  EVP_PKEY* evp() {
    key = context->make_key(signer).value();
    return key.get();
  }
};

}  // namespace signet::provider
