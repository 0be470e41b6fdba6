// The EVP_PKEY as a reference: what it shows, what it refuses, how long it lives.
#include <thread>

#include <openssl/core_names.h>
#include <openssl/pem.h>
#include <openssl/provider.h>

#include "tests/unit/pkcs11_provider_fixture.h"

namespace signet::provider {

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

TEST_CASE("a key of another provider is no reference, and is not taken in", "[provider]") {
  const ProviderSubject subject(backend(), KeyType::ec_p256);
  const EvpKey other(EVP_EC_gen("P-256"));
  Signing signing;
  CHECK(EVP_DigestSignInit_ex(signing.context.get(), nullptr, "SHA256", subject.libctx(), "provider=signet",
                              other.get(), nullptr) != 1);
  CHECK_FALSE(drain_errors().empty());
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

}  // namespace signet::provider
