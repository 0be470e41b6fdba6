// What the provider makes of signers that fail, hash themselves, or keep their public half to themselves.
#include "tests/unit/pkcs11_provider_fixture.h"

namespace signet::provider {

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

}  // namespace signet::provider
