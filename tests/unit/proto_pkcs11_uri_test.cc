#include <string>

#include "proto/pkcs11_uri.h"
#include "tests/support/catch.h"
#include "tests/support/matchers.h"

using namespace signet;

namespace {

void require_refused(const std::string& text, const std::string& named) {
  const Result<Pkcs11Uri> uri = parse_pkcs11_uri(text);
  INFO("uri: " << text);
  REQUIRE_ERROR(uri, ErrorCode::bad_input);
  INFO("message: " << uri.error().message);
  REQUIRE(uri.error().message.find(named) != std::string::npos);
}

}  // namespace

TEST_CASE("a PKCS#11 URI names token and object") {
  const Result<Pkcs11Uri> uri = parse_pkcs11_uri("pkcs11:token=build;object=AuthKey_2X9R4HXF34;type=private");
  REQUIRE_OK(uri);
  CHECK(uri->token == "build");
  CHECK(uri->object == "AuthKey_2X9R4HXF34");
  CHECK(uri->type == "private");
  CHECK_FALSE(uri->id.has_value());
}

TEST_CASE("every attribute is read, percent-encoded or not") {
  const Result<Pkcs11Uri> uri = parse_pkcs11_uri(
      "pkcs11:id=%01%02%ff%3bA;serial=1:2;model=SoftHSM%20v2;manufacturer=a+b&c;token=caf%c3%a9%3B%2f;object=%25;type="
      "cert");
  REQUIRE_OK(uri);
  CHECK(uri->id == to_bytes("\x01\x02\xff;A"));
  CHECK(uri->serial == "1:2");
  CHECK(uri->model == "SoftHSM v2");
  CHECK(uri->manufacturer == "a+b&c");
  CHECK(uri->token == "caf\xc3\xa9;/");
  CHECK(uri->object == "%");
  CHECK(*parse_pkcs11_uri(to_string(*uri)) == *uri);
}

TEST_CASE("an id may hold any octet") { CHECK(parse_pkcs11_uri("pkcs11:id=%00")->id == Bytes{std::byte{0}}); }

TEST_CASE("an empty PKCS#11 URI matches everything") {
  const Result<Pkcs11Uri> uri = parse_pkcs11_uri("pkcs11:");
  REQUIRE_OK(uri);
  CHECK(*uri == Pkcs11Uri{});
  CHECK(to_string(*uri) == "pkcs11:");
}

TEST_CASE("the canonical text has a fixed order and encoding") {
  const Result<Pkcs11Uri> uri = parse_pkcs11_uri("pkcs11:type=private;id=ab;object=a:b c%20;token=x");
  REQUIRE_FALSE(uri.has_value());  // a blank is no character of a URI
  const Result<Pkcs11Uri> encoded = parse_pkcs11_uri("pkcs11:type=private;id=ab;object=a:b%20;token=x");
  REQUIRE_OK(encoded);
  CHECK(to_string(*encoded) == "pkcs11:token=x;object=a%3Ab%20;id=%61%62;type=private");
}

TEST_CASE("what is refused is named") {
  require_refused("", "pkcs11:");
  require_refused("PKCS11:token=x", "pkcs11:");
  require_refused("token=x", "pkcs11:");
  require_refused("pkcs11:token", "attribute=value");
  require_refused("pkcs11:token=x;", ";");
  require_refused("pkcs11:;token=x", "attribute=value");
  require_refused("pkcs11:token=x;;object=y", "attribute=value");
  require_refused("pkcs11:token=x;token=y", "token= stands there twice");
  require_refused("pkcs11:id=%01;id=%01", "id= stands there twice");
  require_refused("pkcs11:label=x", "label is not an attribute");
  require_refused("pkcs11:x-vendor=x", "x-vendor is not an attribute");
  require_refused("pkcs11:=x", "a part of it is not an attribute");
  require_refused("pkcs11:slot-id=0", "slot-id");
  require_refused("pkcs11:token=", "token= has no value");
  require_refused("pkcs11:type=secret-key", "type=");
  require_refused("pkcs11:token=%", "token= holds a %");
  require_refused("pkcs11:token=%4", "token= holds a %");
  require_refused("pkcs11:token=%4g", "token= holds a %");
  require_refused("pkcs11:token=%ff", "token= is not UTF-8");
  require_refused("pkcs11:token=\xc3\xa9", "token= holds a character");
  require_refused("pkcs11:object=a/b", "object= holds a character");
  require_refused("pkcs11:token=x?module-path=/x.so", "query");
}

TEST_CASE("a PIN in a URI is refused and not repeated") {
  for (const std::string text :
       {"pkcs11:token=x;pin-value=1234", "pkcs11:token=x?pin-value=1234", "pkcs11:pin-source=file:1234"}) {
    const Result<Pkcs11Uri> uri = parse_pkcs11_uri(text);
    REQUIRE_ERROR(uri, ErrorCode::bad_input);
    CHECK(uri.error().message.find("1234") == std::string::npos);
  }
}
