#include "tests/unit/proto_rfc_vectors.h"

#include <fstream>
#include <sstream>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "proto/base64url.h"
#include "proto/json.h"
#include "tests/support/catch.h"
#include "tests/support/matchers.h"

namespace signet::testing {
namespace {

namespace json = boost::json;

json::object load(const std::string& file) {
  std::ifstream stream(std::string(SIGNET_TEST_DATA) + "/" + file);
  INFO("file: " << file);
  REQUIRE(stream.good());
  std::ostringstream text;
  text << stream.rdbuf();
  const Result<json::value> value = parse_json(text.str());
  REQUIRE_OK(value);
  return value->as_object();
}

JwkMembers members_of(const json::value& jwk) {
  JwkMembers members;
  for (const auto& member : jwk.as_object()) members.emplace(member.key(), member.value().as_string());
  return members;
}

std::string text_at(const json::value& vector, const char* name) { return std::string(vector.at(name).as_string()); }

Bytes octets_at(const JwkMembers& jwk, const char* name) {
  Result<Bytes> decoded = base64url_decode(jwk.at(name));
  REQUIRE_OK(decoded);
  return *decoded;
}

KeyType curve_type(const std::string& name) {
  if (name == "P-256") return KeyType::ec_p256;
  return name == "P-384" ? KeyType::ec_p384 : KeyType::ec_p521;
}

Result<PublicKey> read_jwk(const JwkMembers& jwk) {
  if (jwk.at("kty") == "RSA") return PublicKey::from_rsa(octets_at(jwk, "n"), octets_at(jwk, "e"));
  const Bytes x = octets_at(jwk, "x");
  if (jwk.at("kty") == "OKP") return PublicKey::from_ed25519(x);
  const Bytes y = octets_at(jwk, "y");
  Bytes point{std::byte{4}};
  point.insert(point.end(), x.begin(), x.end());
  point.insert(point.end(), y.begin(), y.end());
  return PublicKey::from_ec_point(curve_type(jwk.at("crv")), point);
}

}  // namespace

std::vector<SignatureVector> signature_vectors() {
  std::vector<SignatureVector> vectors;
  for (const std::string file : {"rfc7515.json", "rfc7520.json", "rfc8037.json"}) {
    const json::object document = load(file);
    for (const json::value& vector : document.at("signatures").as_array()) {
      vectors.push_back({file + " " + text_at(vector, "section"), algorithm_from_name(text_at(vector, "alg")).value(),
                         members_of(vector.at("jwk")), text_at(vector, "jws")});
    }
  }
  return vectors;
}

std::vector<ThumbprintVector> thumbprint_vectors() {
  std::vector<ThumbprintVector> vectors;
  for (const std::string file : {"rfc7638.json", "rfc8037.json"}) {
    const json::object document = load(file);
    for (const json::value& vector : document.at("thumbprints").as_array()) {
      vectors.push_back(
          {file + " " + text_at(vector, "section"), members_of(vector.at("jwk")), text_at(vector, "thumbprint")});
    }
  }
  return vectors;
}

std::string unsecured_jws() {
  const json::object document = load("rfc7515.json");
  return text_at(document.at("unsecured"), "jws");
}

SignatureVector signature_vector(const std::string& where) {
  for (SignatureVector& vector : signature_vectors()) {
    if (vector.where == where) return std::move(vector);
  }
  FAIL("no vector " << where);
  return {};
}

PublicKey key_from_jwk(const JwkMembers& jwk) {
  Result<PublicKey> key = read_jwk(jwk);
  REQUIRE_OK(key);
  return *key;
}

}  // namespace signet::testing
