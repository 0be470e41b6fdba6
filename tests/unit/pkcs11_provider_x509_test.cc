// Requests and certificates signed by the provider.
#include "pkcs11/provider/algorithm_id.h"
#include "tests/unit/pkcs11_provider_fixture.h"

namespace signet::provider {

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
