#include "pkcs11/certificate_signing.h"
#include "pkcs11/certificate_subject.h"
#include "tests/support/matchers.h"

namespace signet::pkcs11 {
namespace {

std::string read(std::string_view text) {
  const auto name = parse_subject(text);
  if (!name) return name.error().message;
  std::string told;
  for (const auto& [type, value] : *name) told += "[" + type + "|" + value + "]";
  return told;
}

}  // namespace

TEST_CASE("a subject is read part by part, in its order", "[pkcs11]") {
  CHECK(read("/CN=build") == "[CN|build]");
  CHECK(read("/C=DE/O=Example GmbH/CN=a=b") == "[C|DE][O|Example GmbH][CN|a=b]");
  CHECK(read(R"(/CN=a\/b\\c\d)") == R"([CN|a/b\c\d])");
  CHECK(read("/DC=example/DC=com/OU=\xc3\xa4/emailAddress=a@b/serialNumber=1/ST=x/L=y") ==
        "[DC|example][DC|com][OU|\xc3\xa4][emailAddress|a@b][serialNumber|1][ST|x][L|y]");
}

TEST_CASE("a subject that is none is refused with the mend", "[pkcs11]") {
  for (const std::string_view text :
       {"", "/", "CN=a", "//CN=a", "/CN=a/", "/CN", "/cn=a", "/CN=", "/=a", "/1.2.3=a", "/CN=a\n", "/CN=\xff"}) {
    INFO(text);
    REQUIRE_ERROR(parse_subject(text), ErrorCode::bad_input);
  }
}

TEST_CASE("a name that no certificate takes is refused by the attribute's own rule", "[pkcs11]") {
  CHECK(x509_name({{"CN", std::string(64, 'x')}, {"C", "DE"}}).has_value());
  REQUIRE_ERROR(x509_name({{"CN", std::string(65, 'x')}}), ErrorCode::bad_input);
  REQUIRE_ERROR(x509_name({{"C", "DEU"}}), ErrorCode::bad_input);
  REQUIRE_ERROR(x509_name({{"serialNumber", "\xc3\xa4"}}), ErrorCode::bad_input);
}

TEST_CASE("DNS names are host names in ASCII", "[pkcs11]") {
  for (const std::string_view name : {"a", "build.example", "*.ci.example", "x-1.example", "1.2", "A.b"}) {
    INFO(name);
    CHECK(check_dns_name(name).has_value());
  }
  for (const std::string& name :
       {std::string(), std::string("*"), std::string("*."), std::string("a..b"), std::string(".a"), std::string("a."),
        std::string("-a"), std::string("a-.b"), std::string("a b"), std::string("a,DNS:b"), std::string("a.*.b"),
        std::string("\xc3\xa4"), std::string("a\nb"), std::string(64, 'a'), std::string(254, '1')}) {
    INFO(name);
    REQUIRE_ERROR(check_dns_name(name), ErrorCode::bad_input);
  }
}

TEST_CASE("only usable keys with a public half are certified", "[pkcs11]") {
  TokenKey key{.type = KeyType::ec_p256, .algorithms = {Algorithm::es256}};
  REQUIRE_ERROR(check_certificate_key(key, RsaPadding::pkcs1), ErrorCode::bad_input);
  key.public_key = PublicKey::from_ed25519(to_bytes("\xd7\x5a\x98\x01\x82\xb1\x0a\xb7\xd5\x4b\xfe\xd3\xc9\x64\x07\x3a"
                                                    "\x0e\xe1\x72\xf3\xda\xa6\x23\x25\xaf\x02\x1a\x68\xf7\x07\x51\x1a"))
                       .value();
  CHECK(check_certificate_key(key, RsaPadding::pkcs1).has_value());
  REQUIRE_ERROR(check_certificate_key(key, RsaPadding::pss), ErrorCode::bad_input);
  key.algorithms.clear();
  REQUIRE_ERROR(check_certificate_key(key, RsaPadding::pkcs1), ErrorCode::bad_input);
  key.unusable = "could leave";
  CHECK(check_certificate_key(key, RsaPadding::pkcs1).error().message == "could leave");
  CHECK(certificate_algorithm(KeyType::rsa, RsaPadding::pss) == Algorithm::ps256);
  CHECK(certificate_algorithm(KeyType::rsa, RsaPadding::pkcs1) == Algorithm::rs256);
  CHECK(certificate_algorithm(KeyType::ec_p521, RsaPadding::pkcs1) == Algorithm::es512);
}

}  // namespace signet::pkcs11
