// What libcrypto demands of a provider whose private keys are references, each trap by itself, with a signer in this
// process and with SoftHSM.
#include <array>
#include <thread>

#include <openssl/core_names.h>
#include <openssl/encoder.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/provider.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "pkcs11/provider/algorithm_id.h"
#include "pkcs11/provider/digest_sign.h"
#include "tests/support/matchers.h"
#include "tests/support/provider_subject.h"
#include "tests/support/software_key.h"

namespace signet::provider {
namespace {

using test::ProviderSubject;
using test::SoftwareKey;

constexpr std::array kTypes{KeyType::ec_p256, KeyType::ec_p384, KeyType::ec_p521, KeyType::rsa, KeyType::ed25519};
constexpr std::array kHashingTypes{KeyType::ec_p256, KeyType::ec_p384, KeyType::ec_p521, KeyType::rsa};
const std::string kMessage(3000, 'm');

std::string backend() { return GENERATE(as<std::string>(), "software", "softhsm"); }

const char* digest_name(KeyType type) { return type == KeyType::ed25519 ? nullptr : "SHA256"; }

/// The last thing on the error queue, which is emptied; a failure without one would leave its caller in the dark.
std::string why() {
  const unsigned long error = ERR_peek_last_error();
  REQUIRE(error != 0);
  const char* reason = ERR_reason_error_string(error);
  const std::string text = reason != nullptr ? reason : "without a text";
  ERR_clear_error();
  return text;
}

/// Did the provider itself say why, wherever in the queue?
bool says(const std::string& text) { return drain_errors().find(text) != std::string::npos; }

EvpKey public_evp(const PublicKey& key) {
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
bool verifies(const PublicKey& key, const char* digest, BytesView message, BytesView signature, bool pss = false) {
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

}  // namespace

TEST_CASE("EVP_DigestSign signs with every type of key", "[provider]") {
  const std::string name = backend();
  for (const KeyType type : kTypes) {
    INFO(name << " " << key_type_name(type));
    const ProviderSubject subject(name, type);
    Signing signing;
    Bytes signature;
    REQUIRE(signing.init(subject, digest_name(type)) == 1);
    REQUIRE(signing.sign(signature, bytes_of(kMessage)) == 1);
    CHECK(drain_errors().empty());
    CHECK(verifies(subject.public_key(), digest_name(type), bytes_of(kMessage), signature));
    CHECK_FALSE(verifies(subject.public_key(), digest_name(type), bytes_of("other"), signature));
    ERR_clear_error();
  }
}

TEST_CASE("every JOSE algorithm comes out in its own form", "[provider]") {
  const std::string name = backend();
  for (const KeyType type : kTypes) {
    const ProviderSubject subject(name, type);
    for (const AlgorithmInfo& info : all_algorithms()) {
      if (info.key_type != type) continue;
      INFO(name << " " << info.name);
      const auto signature = sign_jose(subject.context(), subject.key(), info.algorithm, bytes_of(kMessage));
      REQUIRE_OK(signature);
      CHECK(subject.public_key().verify(info.algorithm, bytes_of(kMessage), *signature).has_value());
    }
  }
}

TEST_CASE("a message may come in pieces, and EVP_DigestSignFinal works on a copy", "[provider]") {
  const std::string name = backend();
  for (const KeyType type : kHashingTypes) {
    INFO(name << " " << key_type_name(type));
    const ProviderSubject subject(name, type);
    Signing signing;
    Bytes first;
    Bytes second;
    REQUIRE(signing.init(subject, "SHA384") == 1);
    REQUIRE(signing.update(bytes_of("one ")) == 1);
    REQUIRE(signing.finish(first) == 1);
    REQUIRE(signing.update(bytes_of("two")) == 1);
    REQUIRE(signing.finish(second) == 1);
    CHECK(verifies(subject.public_key(), "SHA384", bytes_of("one "), first));
    CHECK(verifies(subject.public_key(), "SHA384", bytes_of("one two"), second));
    Bytes of_nothing;
    REQUIRE(signing.init(subject, "SHA256") == 1);
    REQUIRE(signing.finish(of_nothing) == 1);
    CHECK(verifies(subject.public_key(), "SHA256", {}, of_nothing));
  }
}

TEST_CASE("a signing context can be copied in the middle", "[provider]") {
  const std::string name = backend();
  const ProviderSubject subject(name, KeyType::ec_p256);
  Signing signing;
  REQUIRE(signing.init(subject, "SHA256") == 1);
  REQUIRE(signing.update(bytes_of("begin ")) == 1);
  Signing copy;
  REQUIRE(EVP_MD_CTX_copy_ex(copy.context.get(), signing.context.get()) == 1);
  signing = Signing();
  Bytes signature;
  REQUIRE(copy.update(bytes_of("end")) == 1);
  REQUIRE(copy.finish(signature) == 1);
  CHECK(verifies(subject.public_key(), "SHA256", bytes_of("begin end"), signature));
}

TEST_CASE("Ed25519 signs in one call and without a digest, and says so", "[provider]") {
  const ProviderSubject subject(backend(), KeyType::ed25519);
  Signing signing;
  REQUIRE(signing.init(subject, nullptr) == 1);
  CHECK(signing.update(bytes_of("piece")) == 0);
  CHECK(says("Ed25519 signs a message in one call (EVP_DigestSign), without a digest"));
  Bytes signature;
  CHECK(signing.finish(signature) == 0);
  CHECK(says("Ed25519 signs a message in one call (EVP_DigestSign), without a digest"));
  Signing with_digest;
  CHECK(with_digest.init(subject, "SHA512") != 1);
  CHECK(says("in one call"));
  const EvpKeyContext context(EVP_PKEY_CTX_new_from_pkey(subject.libctx(), subject.key(), kProperties));
  CHECK(EVP_PKEY_sign_init(context.get()) != 1);
  why();
}

TEST_CASE("a digest longer than the order is cut to it", "[provider]") {
  const ProviderSubject subject(backend(), KeyType::ec_p256);
  for (const char* digest : {"SHA384", "SHA512"}) {
    INFO(digest);
    Signing signing;
    Bytes signature;
    REQUIRE(signing.init(subject, digest) == 1);
    REQUIRE(signing.sign(signature, bytes_of(kMessage)) == 1);
    CHECK(verifies(subject.public_key(), digest, bytes_of(kMessage), signature));
  }
}

TEST_CASE("EVP_PKEY_sign takes a digest of the right length", "[provider]") {
  const std::string name = backend();
  const Bytes digest = hash_message(Hash::sha256, bytes_of(kMessage));
  for (const KeyType type : {KeyType::ec_p256, KeyType::rsa}) {
    INFO(name << " " << key_type_name(type));
    const ProviderSubject subject(name, type);
    const EvpKeyContext context(EVP_PKEY_CTX_new_from_pkey(subject.libctx(), subject.key(), kProperties));
    REQUIRE(EVP_PKEY_sign_init(context.get()) == 1);
    Bytes out(512);
    std::size_t length = out.size();
    if (type == KeyType::rsa) {
      CHECK(EVP_PKEY_sign(context.get(), writable_octets(out), &length, octets(digest), digest.size()) != 1);
      CHECK(says("the digest's algorithm must be named first"));
    }
    REQUIRE(EVP_PKEY_CTX_set_signature_md(context.get(), EVP_sha256()) == 1);
    REQUIRE(EVP_PKEY_sign(context.get(), writable_octets(out), &length, octets(digest), digest.size()) == 1);
    out.resize(length);
    CHECK(verifies(subject.public_key(), "SHA256", bytes_of(kMessage), out));
    length = 512;
    out.resize(length);
    CHECK(EVP_PKEY_sign(context.get(), writable_octets(out), &length, octets(digest), 20) != 1);
    CHECK(says("the digest has the wrong length"));
  }
}

TEST_CASE("the private key is not exported, and the default provider gets nothing to sign with", "[provider]") {
  const std::string name = backend();
  for (const KeyType type : kTypes) {
    INFO(name << " " << key_type_name(type));
    const ProviderSubject subject(name, type);
    OSSL_PARAM* numbers = nullptr;
    CHECK(EVP_PKEY_todata(subject.key(), EVP_PKEY_KEYPAIR, &numbers) != 1);
    CHECK(says("stays in its token"));
    CHECK(EVP_PKEY_todata(subject.key(), OSSL_KEYMGMT_SELECT_ALL, &numbers) != 1);
    CHECK(says("stays in its token"));
    // Handing out the public half here would make libcrypto sign with it.
    Signing by_default;
    CHECK(EVP_DigestSignInit_ex(by_default.context.get(), nullptr, digest_name(type), subject.libctx(),
                                "provider=default", subject.key(), nullptr) != 1);
    CHECK_FALSE(drain_errors().empty());
    Signing elsewhere;
    CHECK(EVP_DigestSignInit_ex(elsewhere.context.get(), nullptr, digest_name(type), nullptr, "provider=default",
                                subject.key(), nullptr) != 1);
    CHECK_FALSE(drain_errors().empty());
  }
}

TEST_CASE("the public half is exported", "[provider]") {
  const std::string name = backend();
  for (const KeyType type : kTypes) {
    INFO(name << " " << key_type_name(type));
    const ProviderSubject subject(name, type);
    OSSL_PARAM* numbers = nullptr;
    REQUIRE(EVP_PKEY_todata(subject.key(), EVP_PKEY_PUBLIC_KEY, &numbers) == 1);
    const Params owner(numbers);
    CHECK(numbers->key != nullptr);
    unsigned char* der = nullptr;
    const int length = i2d_PUBKEY(subject.key(), &der);
    REQUIRE(length > 0);
    CHECK(to_bytes(std::as_bytes(std::span(der, static_cast<std::size_t>(length)))) == subject.public_key().spki());
    OPENSSL_free(der);
  }
}

TEST_CASE("the private key is not written in any form", "[provider]") {
  const std::string name = backend();
  for (const KeyType type : kTypes) {
    INFO(name << " " << key_type_name(type));
    const ProviderSubject subject(name, type);
    const Bio out(BIO_new(BIO_s_mem()));
    CHECK(PEM_write_bio_PrivateKey(out.get(), subject.key(), nullptr, nullptr, 0, nullptr, nullptr) != 1);
    CHECK(says("stays in its token"));
    CHECK(PEM_write_bio_PKCS8PrivateKey(out.get(), subject.key(), nullptr, nullptr, 0, nullptr, nullptr) != 1);
    CHECK(says("stays in its token"));
    CHECK(i2d_PrivateKey_bio(out.get(), subject.key()) != 1);
    CHECK(says("stays in its token"));
    unsigned char* der = nullptr;
    CHECK(i2d_PrivateKey(subject.key(), &der) <= 0);
    CHECK(says("stays in its token"));
    CHECK(der == nullptr);
    for (const char* number : {OSSL_PKEY_PARAM_PRIV_KEY, OSSL_PKEY_PARAM_RSA_D, OSSL_PKEY_PARAM_RSA_FACTOR1,
                               OSSL_PKEY_PARAM_RSA_EXPONENT1, OSSL_PKEY_PARAM_RSA_COEFFICIENT1}) {
      BIGNUM* value = nullptr;
      CHECK(EVP_PKEY_get_bn_param(subject.key(), number, &value) != 1);
      CHECK(says("stays in its token"));
      CHECK(value == nullptr);
    }
    std::array<unsigned char, 64> octets{};
    std::size_t size = octets.size();
    CHECK(EVP_PKEY_get_raw_private_key(subject.key(), octets.data(), &size) != 1);
    why();
    CHECK(BIO_pending(out.get()) == 0);
  }
}

TEST_CASE("what is asked of a key is answered, texts with their real length", "[provider]") {
  const std::string name = backend();
  const auto text_of = [](EVP_PKEY* key, const char* param) {
    std::array<char, 64> text{};
    std::size_t length = 99;
    const bool got = EVP_PKEY_get_utf8_string_param(key, param, text.data(), text.size(), &length) == 1;
    ERR_clear_error();
    return got && length == std::string_view(text.data()).size() ? std::string(text.data()) : std::string("nothing");
  };
  struct Expected {
    KeyType type;
    std::string group;
    std::string digest;
    int bits;
  };
  for (const auto& expected :
       {Expected{KeyType::ec_p256, "prime256v1", "SHA256", 256}, Expected{KeyType::ec_p384, "secp384r1", "SHA384", 384},
        Expected{KeyType::ec_p521, "secp521r1", "SHA512", 521}, Expected{KeyType::rsa, "nothing", "SHA256", 2048},
        Expected{KeyType::ed25519, "nothing", "UNDEF", 256}}) {
    INFO(name << " " << key_type_name(expected.type));
    const ProviderSubject subject(name, expected.type);
    CHECK(text_of(subject.key(), OSSL_PKEY_PARAM_GROUP_NAME) == expected.group);
    std::array<char, 32> digest{};
    CHECK(EVP_PKEY_get_default_digest_name(subject.key(), digest.data(), digest.size()) > 0);
    CHECK(std::string(digest.data()) == expected.digest);
    CHECK(EVP_PKEY_get_bits(subject.key()) == expected.bits);
    CHECK(EVP_PKEY_get_security_bits(subject.key()) ==
          EVP_PKEY_get_security_bits(public_evp(subject.public_key()).get()));
    CHECK(EVP_PKEY_get_size(subject.key()) >= EVP_PKEY_get_size(public_evp(subject.public_key()).get()));
  }
}

TEST_CASE("the chosen hash, padding and salt can be read back", "[provider]") {
  const ProviderSubject subject(backend(), KeyType::rsa);
  Signing signing;
  REQUIRE(signing.init(subject, "SHA256") == 1);
  REQUIRE(EVP_PKEY_CTX_set_rsa_padding(signing.parameters, RSA_PKCS1_PSS_PADDING) == 1);
  int padding = 0;
  REQUIRE(EVP_PKEY_CTX_get_rsa_padding(signing.parameters, &padding) > 0);
  CHECK(padding == RSA_PKCS1_PSS_PADDING);
  int salt = 0;
  REQUIRE(EVP_PKEY_CTX_get_rsa_pss_saltlen(signing.parameters, &salt) > 0);
  CHECK(salt == RSA_PSS_SALTLEN_DIGEST);
  const EVP_MD* digest = nullptr;
  REQUIRE(EVP_PKEY_CTX_get_signature_md(signing.parameters, &digest) > 0);
  CHECK(EVP_MD_is_a(digest, "SHA256") == 1);
}

TEST_CASE("PSS has a salt as long as the digest and nothing else", "[provider]") {
  const ProviderSubject subject(backend(), KeyType::rsa);
  Signing signing;
  REQUIRE(signing.init(subject, "SHA384") == 1);
  REQUIRE(EVP_PKEY_CTX_set_rsa_padding(signing.parameters, RSA_PKCS1_PSS_PADDING) == 1);
  for (const int salt : {RSA_PSS_SALTLEN_MAX, RSA_PSS_SALTLEN_AUTO, 0, 20, 32}) {
    CHECK(EVP_PKEY_CTX_set_rsa_pss_saltlen(signing.parameters, salt) != 1);
    CHECK(says("a PSS salt is as long as the digest"));
  }
  CHECK(EVP_PKEY_CTX_set_rsa_mgf1_md(signing.parameters, EVP_sha256()) != 1);
  CHECK(says("MGF1"));
  for (const int salt : {RSA_PSS_SALTLEN_DIGEST, 48}) {
    Signing good;
    REQUIRE(good.init(subject, "SHA384") == 1);
    REQUIRE(EVP_PKEY_CTX_set_rsa_padding(good.parameters, RSA_PKCS1_PSS_PADDING) == 1);
    REQUIRE(EVP_PKEY_CTX_set_rsa_pss_saltlen(good.parameters, salt) == 1);
    REQUIRE(EVP_PKEY_CTX_set_rsa_mgf1_md(good.parameters, EVP_sha384()) == 1);
    Bytes signature;
    REQUIRE(good.sign(signature, bytes_of(kMessage)) == 1);
    CHECK(verifies(subject.public_key(), "SHA384", bytes_of(kMessage), signature, true));
  }
  // What was refused changed nothing.
  Bytes signature;
  REQUIRE(signing.sign(signature, bytes_of(kMessage)) == 1);
  CHECK(verifies(subject.public_key(), "SHA384", bytes_of(kMessage), signature, true));
}

TEST_CASE("what is not signed is refused with a reason", "[provider]") {
  const ProviderSubject subject(backend(), KeyType::rsa);
  for (const char* digest : {"SHA1", "MD5", "SHA224", "SHA3-256"}) {
    Signing signing;
    CHECK(signing.init(subject, digest) != 1);
    CHECK(says("only SHA-256, SHA-384 and SHA-512 are signed"));
  }
  Signing signing;
  REQUIRE(signing.init(subject, "SHA256") == 1);
  for (const int padding : {RSA_NO_PADDING, RSA_PKCS1_OAEP_PADDING}) {
    CHECK(EVP_PKEY_CTX_set_rsa_padding(signing.parameters, padding) != 1);
    CHECK(says("only PKCS#1 v1.5 and PSS padding are made"));
  }
  Bytes small(10);
  std::size_t length = small.size();
  CHECK(EVP_DigestSign(signing.context.get(), writable_octets(small), &length, octets(small), small.size()) != 1);
  CHECK(says("the buffer is too small"));
  const EvpKeyContext context(EVP_PKEY_CTX_new_from_pkey(subject.libctx(), subject.key(), kProperties));
  CHECK(EVP_PKEY_decrypt_init(context.get()) != 1);
  why();
  CHECK(EVP_PKEY_verify_init(context.get()) != 1);
  why();
}

TEST_CASE("a key of another provider is no reference, and is not taken in", "[provider]") {
  const ProviderSubject subject(backend(), KeyType::ec_p256);
  const EvpKey other(EVP_EC_gen("P-256"));
  Signing signing;
  CHECK(EVP_DigestSignInit_ex(signing.context.get(), nullptr, "SHA256", subject.libctx(), "provider=signet",
                              other.get(), nullptr) != 1);
  CHECK_FALSE(drain_errors().empty());
}

TEST_CASE("X.509 names the algorithm, and its signatures verify", "[provider]") {
  const std::string name = backend();
  for (const KeyType type : kTypes) {
    INFO(name << " " << key_type_name(type));
    const ProviderSubject subject(name, type);
    const EvpKey verifier = public_evp(subject.public_key());
    const std::unique_ptr<X509_REQ, FreeWith<X509_REQ_free>> request(X509_REQ_new_ex(subject.libctx(), kProperties));
    REQUIRE(X509_REQ_set_version(request.get(), X509_REQ_VERSION_1) == 1);
    REQUIRE(X509_REQ_set_pubkey(request.get(), subject.key()) == 1);
    REQUIRE(X509_REQ_sign(request.get(), subject.key(), type == KeyType::ed25519 ? nullptr : EVP_sha256()) > 0);
    CHECK(X509_REQ_verify(request.get(), verifier.get()) == 1);
    const std::unique_ptr<X509, FreeWith<X509_free>> certificate(X509_new_ex(subject.libctx(), kProperties));
    REQUIRE(X509_set_pubkey(certificate.get(), verifier.get()) == 1);
    REQUIRE(X509_sign(certificate.get(), subject.key(), type == KeyType::ed25519 ? nullptr : EVP_sha512()) > 0);
    CHECK(X509_verify(certificate.get(), verifier.get()) == 1);
  }
}

TEST_CASE("PSS in X.509 carries its parameters", "[provider]") {
  const ProviderSubject subject(backend(), KeyType::rsa);
  const EvpKey verifier = public_evp(subject.public_key());
  const std::unique_ptr<X509, FreeWith<X509_free>> certificate(X509_new_ex(subject.libctx(), kProperties));
  REQUIRE(X509_set_pubkey(certificate.get(), verifier.get()) == 1);
  Signing signing;
  REQUIRE(signing.init(subject, "SHA256") == 1);
  REQUIRE(EVP_PKEY_CTX_set_rsa_padding(signing.parameters, RSA_PKCS1_PSS_PADDING) == 1);
  REQUIRE(X509_sign_ctx(certificate.get(), signing.context.get()) > 0);
  CHECK(X509_verify(certificate.get(), verifier.get()) == 1);
}

TEST_CASE("EVP_PKEY_dup is one more reference, and outlives the first", "[provider]") {
  const ProviderSubject subject(backend(), KeyType::ec_p256);
  EvpKey copy(EVP_PKEY_dup(subject.key()));
  REQUIRE(copy);
  CHECK(EVP_PKEY_eq(copy.get(), subject.key()) == 1);
  EvpKey copy_of_copy(EVP_PKEY_dup(copy.get()));
  copy.reset();
  const auto signature = sign_jose(subject.context(), copy_of_copy.get(), Algorithm::es256, bytes_of(kMessage));
  REQUIRE_OK(signature);
  CHECK(subject.public_key().verify(Algorithm::es256, bytes_of(kMessage), *signature).has_value());
  OSSL_PARAM* numbers = nullptr;
  CHECK(EVP_PKEY_todata(copy_of_copy.get(), EVP_PKEY_KEYPAIR, &numbers) != 1);
  CHECK(says("stays in its token"));
}

TEST_CASE("the key is told apart by its public half, and fits its certificate", "[provider]") {
  const std::string name = backend();
  for (const KeyType type : kTypes) {
    INFO(name << " " << key_type_name(type));
    const ProviderSubject subject(name, type);
    const EvpKey same = public_evp(subject.public_key());
    const EvpKey other = public_evp(*SoftwareKey(type).public_key());
    CHECK(EVP_PKEY_eq(subject.key(), same.get()) == 1);
    CHECK(EVP_PKEY_eq(same.get(), subject.key()) == 1);
    CHECK(EVP_PKEY_eq(subject.key(), other.get()) != 1);
    const std::unique_ptr<X509, FreeWith<X509_free>> certificate(X509_new());
    REQUIRE(X509_set_pubkey(certificate.get(), same.get()) == 1);
    CHECK(X509_check_private_key(certificate.get(), subject.key()) == 1);
    REQUIRE(X509_set_pubkey(certificate.get(), other.get()) == 1);
    CHECK(X509_check_private_key(certificate.get(), subject.key()) != 1);
    ERR_clear_error();
  }
}

TEST_CASE("the process's own OpenSSL never meets the provider", "[provider]") {
  const ProviderSubject subject(backend(), KeyType::ec_p256);
  CHECK(OSSL_PROVIDER_available(nullptr, "signet") == 0);
  const std::unique_ptr<EVP_SIGNATURE, FreeWith<EVP_SIGNATURE_free>> ours(
      EVP_SIGNATURE_fetch(nullptr, "ECDSA", "provider=signet"));
  CHECK_FALSE(ours);
  ERR_clear_error();
  const EvpKey other(EVP_EC_gen("P-256"));
  REQUIRE(other);
  CHECK(std::string(OSSL_PROVIDER_get0_name(EVP_PKEY_get0_provider(other.get()))) == "default");
  CHECK(std::string(OSSL_PROVIDER_get0_name(EVP_PKEY_get0_provider(subject.key()))) == "signet");
}

TEST_CASE("a key keeps its signer and its OpenSSL alive", "[provider]") {
  std::shared_ptr<EVP_PKEY> key;
  std::weak_ptr<const SigningKey> watched;
  ossl_lib_ctx_st* libctx = nullptr;
  {
    auto signer = std::make_shared<SoftwareKey>(KeyType::ec_p256);
    watched = signer;
    const auto context = LibraryContext::create();
    REQUIRE_OK(context);
    libctx = (*context)->handle();
    auto made = (*context)->make_key(std::move(signer));
    REQUIRE_OK(made);
    key = *made;
  }
  const EvpDigestContext signing(EVP_MD_CTX_new());
  std::array<unsigned char, 128> out{};
  std::size_t length = out.size();
  REQUIRE(EVP_DigestSignInit_ex(signing.get(), nullptr, "SHA256", libctx, kProperties, key.get(), nullptr) == 1);
  REQUIRE(EVP_DigestSign(signing.get(), out.data(), &length, out.data(), 1) == 1);
  EVP_MD_CTX_reset(signing.get());
  CHECK_FALSE(watched.expired());
  key.reset();
  CHECK(watched.expired());
}

TEST_CASE("many threads sign with one EVP_PKEY", "[provider]") {
  const ProviderSubject subject("software", KeyType::ec_p256);
  std::atomic<int> good{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) {
        const EvpKey copy(EVP_PKEY_dup(subject.key()));
        const auto signature = sign_jose(subject.context(), copy.get(), Algorithm::es256, bytes_of(kMessage));
        if (signature && subject.public_key().verify(Algorithm::es256, bytes_of(kMessage), *signature)) ++good;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(good == 8 * 50);
}

namespace {

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

}  // namespace

TEST_CASE("a signer that fails is on the error queue with its own words", "[provider]") {
  for (const KeyType type : kTypes) {
    INFO(key_type_name(type));
    SoftwareSubject subject(type);
    subject.signer->fail();
    const auto signature = sign_jose(*subject.context, subject.evp(), default_algorithm(type), bytes_of(kMessage));
    REQUIRE_FALSE(signature);
    CHECK(signature.error().detail.find("the token did not sign (told to fail)") != std::string::npos);
    CHECK(ERR_peek_error() == 0);
  }
}

TEST_CASE("a signature of an impossible length is none", "[provider]") {
  for (const KeyType type : kTypes) {
    for (const std::size_t octets : {std::size_t{0}, std::size_t{1}, std::size_t{63}, std::size_t{500}}) {
      INFO(key_type_name(type) << " " << octets);
      SoftwareSubject subject(type);
      subject.signer->answer_with(octets);
      const auto signature = sign_jose(*subject.context, subject.evp(), default_algorithm(type), bytes_of(kMessage));
      REQUIRE_FALSE(signature);
      CHECK(signature.error().detail.find("impossible length") != std::string::npos);
    }
  }
}

TEST_CASE("a signer that hashes itself gets the message whole, in pieces too", "[provider]") {
  for (const KeyType type : kHashingTypes) {
    INFO(key_type_name(type));
    SoftwareSubject subject(type);
    subject.signer->hash_itself();
    EVP_PKEY* key = subject.evp();
    const Algorithm algorithm = default_algorithm(type);
    const auto signature = sign_jose(*subject.context, key, algorithm, bytes_of(kMessage));
    REQUIRE_OK(signature);
    CHECK(subject.signer->public_key()->verify(algorithm, bytes_of(kMessage), *signature).has_value());

    const EvpDigestContext context(EVP_MD_CTX_new());
    Bytes out(512);
    std::size_t length = out.size();
    REQUIRE(EVP_DigestSignInit_ex(context.get(), nullptr, "SHA512", subject.context->handle(), kProperties, key,
                                  nullptr) == 1);
    REQUIRE(EVP_DigestSignUpdate(context.get(), "one ", 4) == 1);
    REQUIRE(EVP_DigestSignUpdate(context.get(), "two", 3) == 1);
    REQUIRE(EVP_DigestSignFinal(context.get(), writable_octets(out), &length) == 1);
    out.resize(length);
    CHECK(verifies(*subject.signer->public_key(), "SHA512", bytes_of("one two"), out));

    const EvpKeyContext over_digest(EVP_PKEY_CTX_new_from_pkey(subject.context->handle(), key, kProperties));
    REQUIRE(EVP_PKEY_sign_init(over_digest.get()) == 1);
    REQUIRE(EVP_PKEY_CTX_set_signature_md(over_digest.get(), EVP_sha256()) == 1);
    out.resize(512);
    length = out.size();
    const Bytes digest(32);
    CHECK(EVP_PKEY_sign(over_digest.get(), writable_octets(out), &length, octets(digest), digest.size()) != 1);
    CHECK(says("the key's token hashes itself and signs whole messages only"));
  }
}

TEST_CASE("a key whose public half nobody knows signs, and shows none", "[provider]") {
  for (const KeyType type : kTypes) {
    INFO(key_type_name(type));
    SoftwareSubject subject(type);
    const PublicKey known = *subject.signer->public_key();
    subject.signer->forget_public_half();
    EVP_PKEY* key = subject.evp();
    const auto signature = sign_jose(*subject.context, key, default_algorithm(type), bytes_of(kMessage));
    REQUIRE_OK(signature);
    CHECK(known.verify(default_algorithm(type), bytes_of(kMessage), *signature).has_value());
    unsigned char* der = nullptr;
    CHECK(i2d_PUBKEY(key, &der) <= 0);
    CHECK(says("the public half of the key is not known"));
  }
}

TEST_CASE("no signature is asked for that cannot be handed over", "[provider]") {
  SoftwareSubject subject(KeyType::ec_p256);
  const EvpDigestContext context(EVP_MD_CTX_new());
  std::array<unsigned char, 10> out{};
  std::size_t length = out.size();
  REQUIRE(EVP_DigestSignInit_ex(context.get(), nullptr, "SHA256", subject.context->handle(), kProperties, subject.evp(),
                                nullptr) == 1);
  CHECK(EVP_DigestSign(context.get(), out.data(), &length, out.data(), 1) != 1);
  CHECK(says("the buffer is too small for the signature"));
  CHECK(subject.signer->signatures() == 0);
}

TEST_CASE("algorithm identifiers are those of OpenSSL", "[provider]") {
  const auto of_openssl = [](int nid, bool with_null) {
    Bytes der;
    const std::unique_ptr<X509_ALGOR, FreeWith<X509_ALGOR_free>> algorithm(X509_ALGOR_new());
    X509_ALGOR_set0(algorithm.get(), OBJ_nid2obj(nid), with_null ? V_ASN1_NULL : V_ASN1_UNDEF, nullptr);
    der.resize(static_cast<std::size_t>(i2d_X509_ALGOR(algorithm.get(), nullptr)));
    unsigned char* position = writable_octets(der);
    i2d_X509_ALGOR(algorithm.get(), &position);
    return der;
  };
  CHECK(algorithm_id({Scheme::ecdsa, Hash::sha256}) == of_openssl(NID_ecdsa_with_SHA256, false));
  CHECK(algorithm_id({Scheme::ecdsa, Hash::sha384}) == of_openssl(NID_ecdsa_with_SHA384, false));
  CHECK(algorithm_id({Scheme::ecdsa, Hash::sha512}) == of_openssl(NID_ecdsa_with_SHA512, false));
  CHECK(algorithm_id({Scheme::rsa_pkcs1, Hash::sha256}) == of_openssl(NID_sha256WithRSAEncryption, true));
  CHECK(algorithm_id({Scheme::rsa_pkcs1, Hash::sha384}) == of_openssl(NID_sha384WithRSAEncryption, true));
  CHECK(algorithm_id({Scheme::rsa_pkcs1, Hash::sha512}) == of_openssl(NID_sha512WithRSAEncryption, true));
  CHECK(algorithm_id({Scheme::ed25519, Hash::none}) == of_openssl(NID_ED25519, false));
  CHECK(algorithm_id({Scheme::rsa_pkcs1, Hash::none}).empty());
}

}  // namespace signet::provider
