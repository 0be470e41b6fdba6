// What libcrypto demands of a provider that signs, each trap by itself, with a signer in this process and with SoftHSM.
#include "tests/unit/pkcs11_provider_fixture.h"

namespace signet::provider {

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

}  // namespace signet::provider
